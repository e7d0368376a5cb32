// A mail server of this machine's own, on a port that nobody knows: what the demo sends really goes through SMTP, and no further.
import { createTransport, type Transporter } from 'nodemailer';
import { SMTPServer } from 'smtp-server';

/** What arrived. */
export interface Delivered {
  /** The mail as it came over the wire. */
  readonly source: string;
  readonly from: string;
  readonly to: readonly string[];
}

export interface Outgoing {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

const LARGEST = 1024 * 1024;

export class Postbox {
  private constructor(
    private readonly server: SMTPServer,
    private readonly transport: Transporter,
    private readonly arrived: Map<string, Delivered>,
  ) {}

  static async open(): Promise<Postbox> {
    const arrived = new Map<string, Delivered>();
    const server = new SMTPServer({
      disabledCommands: ['AUTH', 'STARTTLS'],
      size: LARGEST,
      logger: false,
      onData(stream, session, done) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const source = Buffer.concat(chunks).toString('utf8');
          const id = /^message-id: *<([^>]+)>/im.exec(source)?.[1] ?? '';
          const { mailFrom, rcptTo } = session.envelope;
          arrived.set(id, { source, from: mailFrom === false ? '' : mailFrom.address, to: rcptTo.map(({ address }) => address) });
          done();
        });
      },
    });
    await new Promise<void>((resolve, reject) => {
      server.on('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    return new Postbox(server, createTransport({ host: '127.0.0.1', port, ignoreTLS: true }), arrived);
  }

  /** Sends, and returns what arrived at the other end. @throws when the server refuses. */
  async send(mail: Outgoing): Promise<Delivered> {
    const { messageId } = (await this.transport.sendMail({ ...mail, headers: { ...mail.headers } })) as { messageId: string };
    const id = messageId.replace(/^<|>$/g, '');
    const delivered = this.arrived.get(id);
    this.arrived.delete(id);
    if (!delivered) throw new Error(`the mail ${id} was accepted and did not arrive`);
    return delivered;
  }

  async close(): Promise<void> {
    this.transport.close();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}
