import { Page, type View } from './layout.js';

/**
 * The inert markup of the SDK: tags that a careful author wrote so that they wait, beside the untagged ones the rest of the
 * site uses. Nothing here loads before the purpose named on the tag is granted.
 */
export function Markup({ view }: { view: View }) {
  const { origins } = view;
  const nonce = view.nonce ? { nonce: view.nonce } : {};
  const samples: readonly (readonly [string, string, string])[] = [
    ['script', 'measurement', `<script type="text/plain" data-purpose="measurement" data-src="${origins.northlight}/nl.js"></script>`],
    ['iframe', 'advertising', `<iframe data-purpose="advertising" data-src="${origins.adharbor}/frame?slot=waiting"></iframe>`],
    ['img', 'advertising', `<img data-purpose="advertising" data-src="${origins.adharbor}/px.gif?page=waiting">`],
    ['link', 'personalisation', '<link rel="stylesheet" data-purpose="personalisation" data-src="/static/accent.css">'],
    ['audio', 'personalisation', '<audio controls data-purpose="personalisation" data-src="/static/handshake.wav"></audio>'],
    ['video', 'social', `<video controls data-purpose="social" data-src="${origins.circlet}/clip"></video>`],
  ];
  return (
    <Page view={view} title="Markup that waits" description="Tags that load nothing until their purpose is granted.">
      <section class="frame block first">
        <p class="tape">Held at the platform</p>
        <h1>Markup that waits.</h1>
        <p class="lead narrow">
          Untagged embeds are held by the runtime. Tags written like these wait by themselves, even where no script runs: the
          address is in an attribute the browser does not load from.
        </p>
        <p class="actions">
          <button type="button" class="button" data-consent-show="preferences" hidden>
            Open preferences
          </button>
          <a class="button quiet" href="/lab">
            Watch in the lab
          </a>
        </p>
      </section>
      <section class="frame block" aria-labelledby="live">
        <h2 id="live">Live on this page</h2>
        <div class="waiting">
          <figure>
            <figcaption>A frame, waiting for advertising</figcaption>
            <iframe
              id="waiting-frame"
              data-purpose="advertising"
              data-src={`${origins.adharbor}/frame?slot=waiting`}
              title="Advertisement that waits"
              width="100%"
              height="90"
            ></iframe>
          </figure>
          <figure>
            <figcaption>The handshake of two fax machines, waiting for personalisation</figcaption>
            <audio id="waiting-audio" controls preload="metadata" data-purpose="personalisation" data-src="/static/handshake.wav"></audio>
          </figure>
          <figure>
            <figcaption>A picture of one pixel, waiting for advertising</figcaption>
            <img id="waiting-image" data-purpose="advertising" data-src={`${origins.adharbor}/px.gif?page=waiting`} width="1" height="1" alt="" />
          </figure>
          <figure>
            <figcaption>A clip, waiting for social</figcaption>
            <video id="waiting-video" controls muted preload="metadata" data-purpose="social" data-src={`${origins.circlet}/clip`} width="320" height="180"></video>
          </figure>
        </div>
        <p class="accent-sample">This line is underlined in colour once the style sheet that waits for personalisation is there.</p>
        <link id="waiting-link" rel="stylesheet" data-purpose="personalisation" data-src="/static/accent.css" />
        <script id="waiting-script" type="text/plain" data-purpose="measurement" data-src={`${origins.northlight}/nl.js?waiting`} {...nonce}></script>
      </section>
      <section class="frame block" aria-labelledby="source">
        <h2 id="source">As written</h2>
        <div class="table-scroll" role="group" aria-labelledby="source" tabindex={0}>
          <table class="fares">
            <thead>
              <tr>
                <th scope="col">Tag</th>
                <th scope="col">Waits for</th>
                <th scope="col">Source</th>
              </tr>
            </thead>
            <tbody>
              {samples.map(([tag, purpose, source]) => (
                <tr>
                  <th scope="row">{tag}</th>
                  <td>
                    <span class="chip">{purpose}</span>
                  </td>
                  <td>
                    <code>{source}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </Page>
  );
}
