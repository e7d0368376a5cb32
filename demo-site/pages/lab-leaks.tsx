import { browsers, type Browser, type Known, type Leaks } from '../server/leaks.js';
import { Page, type View } from './layout.js';
import { Head } from './parts.js';

const names: Readonly<Record<Browser, string>> = { chromium: 'Chromium', firefox: 'Firefox', webkit: 'WebKit' };
const date = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ');

/** Ways by name, under the reason that explains them. */
function Reasons({ entries }: { entries: readonly Known[] }) {
  return (
    <div class="questions">
      {entries.map(({ reason, vectors, browsers: only, states }) => (
        <details>
          <summary>
            {vectors.length === 1 ? '1 way' : `${String(vectors.length)} ways`}: {reason}
          </summary>
          <p class="fine">
            {only ? `Only in ${only.map((one) => names[one as Browser]).join(', ')}. ` : ''}
            {states ? `Only ${states.join(', ')}.` : 'In every state.'}
          </p>
          <p>
            {vectors.map((vector) => (
              <>
                <code>{vector}</code>{' '}
              </>
            ))}
          </p>
        </details>
      ))}
    </div>
  );
}

/** The leak lab's own findings. No figure stands here: all come from tests/leaks, measured where it ran and else declared. */
export function LabLeaks({ view, leaks }: { view: View; leaks: Leaks }) {
  const { kinds, states, declared, measured, known, storage } = leaks;
  const cell = (browser: Browser, state: string) => {
    const found = measured[browser]?.server?.[state];
    if (found?.leaks) return { what: 'measured', left: found.leaks.length, stayed: found.stored?.length ?? 0 };
    const said = declared[browser][state];
    return { what: 'declared', left: said?.leaks.length ?? 0, stayed: said?.storage.length ?? 0 };
  };
  const behind = (list: readonly Known[]): Known[] => list.filter(({ planes }) => planes !== false);
  return (
    <Page view={view} title="What leaves, what stays" description="Every way out of a page, tried in three browsers, and what came of it.">
      <section class="frame block first">
        <p class="tape">Leak lab / {kinds.reduce((sum, { ways }) => sum + ways, 0)} ways out</p>
        <h1>What leaves, what stays.</h1>
        <p class="lead narrow">
          A lab tries each way out of a page, and {storage} ways to leave something in a browser, against a server that counts. Below is what still arrived behind rewrite, policy and runtime together.
        </p>
      </section>
      <section class="frame block" aria-labelledby="found">
        <h2 id="found">By browser and state</h2>
        <div class="table-scroll" role="group" aria-labelledby="found" tabindex={0}>
          <table class="fares">
            <Head columns={['State', ...browsers.map((browser) => names[browser])]} />
            <tbody>
              {states.map((state) => (
                <tr>
                  <th scope="row">{state}</th>
                  {browsers.map((browser) => {
                    const { what, left, stayed } = cell(browser, state);
                    return (
                      <td>
                        <strong>{left}</strong> left, {stayed} stayed{' '}
                        <span class="chip">{what}</span>
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <ul>
          {browsers.map((browser) => {
            const here = measured[browser];
            return (
              <li>
                {names[browser]}:{' '}
                {here
                  ? `measured here on ${date(here.time)} UTC; without the SDK ${String(here.fire)} of the ways arrive and ${String(here.stay)} things stay.`
                  : 'not measured on this machine. Shown is what the lab declares, at most; tests/run leaks measures.'}
              </li>
            );
          })}
        </ul>
        <p class="fine">Declared: the lab fails on anything beyond this list. Under the state “undecided” the policy’s enforcement is live, unless strict is said.</p>
      </section>
      <section class="frame block two" aria-labelledby="kinds">
        <div>
          <h2 id="kinds">What is tried</h2>
          <table class="fares">
            <Head columns={['Kind', 'Ways']} />
            <tbody>
              {kinds.map(({ name, ways }) => (
                <tr>
                  <th scope="row">{name}</th>
                  <td>{ways}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <div>
          <h2>What still leaves, and why</h2>
          <Reasons entries={behind(known.leaks)} />
          <h2>What stays, whatever is refused</h2>
          <Reasons entries={behind(known.storage)} />
        </div>
      </section>
      <section class="frame block" aria-labelledby="alone">
        <h2 id="alone">The runtime alone</h2>
        <p class="narrow">Without a server that rewrites and sends a policy, no script can stop these for certain:</p>
        <Reasons entries={known.leaks.filter(({ planes }) => planes === false)} />
        <p>
          <a href="/lab">Back to the lab</a>
        </p>
      </section>
    </Page>
  );
}
