import type { Server } from 'node:net';
import { createAdaptorServer, type ServerType } from '@hono/node-server';
import type { Hono } from 'hono';
import { WebSocketServer } from 'ws';

/** One handler served on both loopback addresses, so that `localhost` works whichever of them a browser tries first. */
export interface Listening {
  readonly port: number;
  /** Stops accepting, ends open streams and resolves once the port is free. */
  close(): Promise<void>;
}

/** A port that somebody else holds; `message` says what to do about it. */
export class PortInUse extends Error {
  constructor(readonly port: number) {
    super(`port ${port} is in use: stop what listens there, or choose another with --port (four ports in a row are needed)`);
  }
}

/**
 * Serves on 127.0.0.1 and, where the machine has it, ::1. Never on other interfaces: this is a demonstration.
 * @throws PortInUse when either address is taken; then neither stays bound.
 */
export async function listen(port: number, app: Hono): Promise<Listening> {
  const servers: ServerType[] = [];
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 4096 });
  const close = async (): Promise<void> => {
    for (const socket of sockets.clients) socket.terminate();
    await Promise.all(servers.map(closeServer));
  };
  for (const host of ['127.0.0.1', '::1']) {
    // Upgrades go through the same handlers as requests, so that sockets are counted like the rest.
    const server = createAdaptorServer({
      fetch: app.fetch,
      overrideGlobalObjects: false,
      websocket: { server: sockets },
      serverOptions: { requestTimeout: 30_000, headersTimeout: 10_000 },
    });
    try {
      await bind(server, host, port);
      servers.push(server);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      // A machine without IPv6 is served on IPv4 alone.
      if (host === '::1' && (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT')) continue;
      await close();
      if (code === 'EADDRINUSE') throw new PortInUse(port);
      throw error;
    }
  }
  return { port, close };
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, ipv6Only: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function closeServer(server: ServerType): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    if ('closeAllConnections' in server) server.closeAllConnections();
  });
}
