import type { FiledEntry, PersonFile } from '../server/counsel.js';
import type { Purpose } from '../server/policy.js';
import { clock, type CounselView, Csrf, Frame, Hash } from './counsel-frame.js';

type Erased = { readonly done: boolean; readonly places: readonly { readonly place: string; readonly found: readonly string[]; readonly residue: readonly string[]; readonly error?: string }[] } | null;

export function NoSuchReceipt({ view, asked }: { view: CounselView; asked: string }) {
  return (
    <Frame view={view} title="No such receipt">
      <section class="frame block first narrow-page">
        <p class="tape">Counsel / 404</p>
        <h1>No such receipt.</h1>
        <p class="lead">There is nothing under “{asked}”. A receipt’s id is 36 characters, in its file as record_id.</p>
        <p class="actions">
          <a class="button" href="/counsel">
            Back
          </a>
        </p>
      </section>
    </Frame>
  );
}

const list = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** What an entry says, in a line. */
function Said({ entry, names }: { entry: FiledEntry; names: ReadonlyMap<string, string> }) {
  const { kind, data } = entry;
  const called = (value: unknown) => list(value).map((id) => names.get(id) ?? id).join(', ') || 'nothing';
  switch (kind) {
    case 'consent':
    case 'refusal':
      return (
        <>
          granted: {called(data['granted'])}; refused: {called(data['denied'])}; regime {String(data['regime'])}, by {String(data['method'])}
        </>
      );
    case 'disclosure':
      return (
        <>
          to {String(data['party'])} for {String(data['purpose'])}: {list(data['categories']).join(', ')}
        </>
      );
    case 'operator':
      return <>{String(data['act'])}</>;
    default:
      return <code>{JSON.stringify(data).slice(0, 300)}</code>;
  }
}

function Entries({ title, id, entries, names, none }: { title: string; id: string; entries: readonly FiledEntry[]; names: ReadonlyMap<string, string>; none: string }) {
  return (
    <section class="frame block" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {entries.length === 0 ? (
        <p>{none}</p>
      ) : (
        <ol class="entries">
          {entries.map((entry) => (
            <li>
              <p class="fine">
                {clock(entry.at)} · {entry.kind} · entry {entry.seq} · <Hash of={entry.sha256} />
              </p>
              <p>
                <Said entry={entry} names={names} />
              </p>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function Mail({ file, names }: { file: PersonFile; names: ReadonlyMap<string, string> }) {
  const { mail } = file;
  const choices = Object.entries(mail?.subject?.consent?.purposes ?? {});
  return (
    <section class="frame block" aria-labelledby="mail">
      <h2 id="mail">Mail</h2>
      {mail?.known ? (
        <>
          <p>
            Offers: {mail.subject?.account?.promotional ?? 'unknown'}. {choices.length === 0 ? 'No choice about tracking in mail.' : choices.map(([id, state]) => `${names.get(id) ?? id}: ${state}`).join(', ')}
          </p>
          <p class="fine">
            {mail.receipts.length} receipts of mail choices · {mail.events.length} opens and clicks kept{mail.lastOpen ? ` · last opened ${mail.lastOpen}` : ''}
          </p>
        </>
      ) : (
        <p>{file.account ? 'No mail has been sent to this person.' : 'No address is known: the choice was made without an account.'}</p>
      )}
    </section>
  );
}

function Profile({ file }: { file: PersonFile }) {
  const { account } = file;
  const facts = account === null ? [] : Object.entries(account).filter(([, value]) => value !== '' && value !== false);
  return (
    <section class="frame block" aria-labelledby="profile">
      <h2 id="profile">Account and profile</h2>
      {facts.length === 0 ? (
        <p>None.</p>
      ) : (
        <dl class="facts">
          {facts.map(([name, value]) => (
            <div>
              <dt>{name}</dt>
              <dd>{String(value)}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

function Deletion({ erased }: { erased: NonNullable<Erased> }) {
  return (
    <div class={erased.done ? 'ledger-state good' : 'ledger-state bad'} role="status">
      <p>{erased.done ? 'Erased, and looked at again: nothing is left.' : 'Not everything could go:'}</p>
      <ul>
        {erased.places.map(({ place, found, residue, error }) => (
          <li>
            {place}: {found.length === 0 ? 'nothing was there' : residue.length === 0 && !error ? `${found.join(', ')} gone` : `${residue.join(', ')} still there${error ? ` (${error})` : ''}`}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Everything about whoever a receipt is of, and what may be done with it. */
export function PersonPage({ view, file, purposes, erased, problem }: { view: CounselView; file: PersonFile; purposes: readonly Purpose[]; erased: Erased; problem: string | null }) {
  const names = new Map(purposes.map(({ id, name }) => [id, name]));
  const of = (...kinds: string[]) => file.entries.filter(({ kind }) => kinds.includes(kind));
  const known = ['consent', 'refusal', 'withdrawal', 'disclosure', 'list-request'];
  return (
    <Frame view={view} title="A person’s file">
      <section class="frame block first">
        <p class="tape">
          <a href="/counsel">Counsel</a> / person / <Hash of={file.principal} />
        </p>
        <h1>{file.person === null ? 'Erased.' : 'A person’s file.'}</h1>
        <p class="lead narrow">
          {file.person === null
            ? 'The entries stay, so that the chain holds; the salt that said whose they are is gone, here too.'
            : file.person.startsWith('account:')
              ? 'Whoever made this choice was signed in: what their account has is here too.'
              : 'This choice was made in a browser without an account: it is all that is known.'}
        </p>
        {problem === null ? null : (
          <p class="problems" role="alert">
            {problem}
          </p>
        )}
        {erased === null ? null : <Deletion erased={erased} />}
        <p class="actions">
          <a class="button" href={`/counsel/person/export?receipt=${file.receipt}`}>
            Export (JSON)
          </a>
          <a class="button quiet" href={`/consent/receipt?id=${file.receipt}`}>
            The receipt
          </a>
        </p>
      </section>
      <Entries title="Record" id="record" entries={of('consent', 'refusal', 'withdrawal')} names={names} none="No choice is on record." />
      <Entries title="Disclosures" id="disclosures" entries={of('disclosure', 'list-request')} names={names} none="Nothing was given to anybody." />
      <Mail file={file} names={names} />
      <Profile file={file} />
      <Entries title="What else is noted" id="noted" entries={file.entries.filter(({ kind }) => !known.includes(kind))} names={names} none="Nothing." />
      {file.person === null ? null : (
        <section class="frame block two" aria-labelledby="acts">
          <h2 id="acts" class="sr">
            What may be done
          </h2>
          <form method="post" action="/counsel/person/erase" class="counsel-form">
            <h3>Erase this person</h3>
            <Csrf view={view} />
            <input type="hidden" name="receipt" value={file.receipt} />
            <p class="narrow">Account, mail and whose the entries are: everywhere, looked at again afterwards. {file.hold === null ? '' : 'The legal hold keeps the record in the ledger, and nothing else.'}</p>
            <label class="tick">
              <input type="checkbox" name="sure" value="yes" required /> I have checked that it is they who ask.
            </label>
            <button type="submit" class="button quiet danger">
              Erase
            </button>
          </form>
          <form method="post" action="/counsel/person/hold" class="counsel-form">
            <h3>{file.hold === null ? 'Legal hold' : 'Under a legal hold'}</h3>
            <Csrf view={view} />
            <input type="hidden" name="receipt" value={file.receipt} />
            {file.hold === null ? (
              <label>
                Reason
                <input type="text" name="reason" required maxlength={200} placeholder="Docket or letter" />
              </label>
            ) : (
              <p class="narrow">Reason: {file.hold}</p>
            )}
            <button type="submit" class="button quiet">
              {file.hold === null ? 'Hold the record' : 'Lift it'}
            </button>
          </form>
        </section>
      )}
    </Frame>
  );
}
