import type { EventKind } from '../accounts/entries.js';
import { habits } from '../accounts/forms.js';
import { Page, type View } from './layout.js';
import { emptyForm, Field, type FormState, ProblemList, Tick } from './parts.js';

const texts = {
  survey: {
    path: '/survey', title: 'Survey', tape: 'One question / nobody has to', heading: 'How often do you fax?',
    lead: 'One question, and room for what we forgot to ask. Whether you answer changes nothing about your service.',
    button: 'Send the answer', share: 'Share my name with the organising partner', voluntary: 'survey.voluntary', sharing: 'survey.no-disclosure',
    done: 'Thank you.', kept: 'Your answer is kept for a year, then it goes.',
  },
  sweepstakes: {
    path: '/sweepstakes', title: 'Prize draw', tape: 'Draw no. 1 / nobody has to', heading: 'Win a year of pages.',
    lead: 'Leave a name and an address we may write to if you win. Whether you enter changes nothing about your service.',
    button: 'Enter the draw', share: 'Share my name with the organising partner', voluntary: 'sweepstakes.voluntary', sharing: 'sweepstakes.no-disclosure',
    done: 'You are in the draw.', kept: 'Your entry is kept for a year, then it goes.',
  },
} as const;

/** A survey or a prize draw: voluntary, and with a box for passing the name on that nobody has ticked. */
export function EventForm({ view, kind, form = emptyForm }: { view: View; kind: EventKind; form?: FormState }) {
  const text = texts[kind];
  return (
    <Page view={view} title={text.title} description={text.lead}>
      <section class="frame block first two">
        <div>
          <p class="tape">{text.tape}</p>
          <h1>{text.heading}</h1>
          <p class="lead">{text.lead}</p>
          <ProblemList problems={form.problems} title="Some boxes need another look" />
          <form method="post" action={`${text.path}${view.regime ? `?regime=${view.regime}` : ''}`} novalidate>
            {kind === 'survey' ? <Field form={form} name="habit" label="I send or receive a fax" required options={habits.map((one) => [one, one] as const)} /> : null}
            {kind === 'survey' ? <Field form={form} name="comment" label="Anything else?" rows={3} maxlength={600} /> : null}
            <Field form={form} name="name" label="Name" required={kind === 'sweepstakes'} autocomplete="name" maxlength={100} hint={kind === 'survey' ? 'Only if you share it below.' : undefined} />
            {kind === 'sweepstakes' ? <Field form={form} name="email" label="E-mail address" type="email" required autocomplete="email" maxlength={254} hint="To tell you that you won. Used for nothing else." /> : null}
            <Field form={form} name="age" label="Your age" required options={[['under13', 'Under 13'], ['13to17', '13 to 17'], ['18plus', '18 or older']]} />
            <Tick
              name="share"
              checked={form.values['share'] === 'yes'}
              hint={
                <>
                  For this one alone. Left empty, who you are stays here. <a href={`/privacy#${text.sharing}`}>Why</a>
                </>
              }
            >
              {text.share}
            </Tick>
            <button class="button" type="submit">
              {text.button}
            </button>
          </form>
        </div>
        <aside class="note" aria-label="Good to know">
          <h2>Nobody has to.</h2>
          <p>
            Close this page, and nothing is different. <a href={`/privacy#${text.voluntary}`}>What the policy says</a>
          </p>
          <p>This is a demonstration: there is no organiser, no prize, and nothing leaves this machine.</p>
          <p>
            {kind === 'survey' ? <a href="/sweepstakes">There is a prize draw, too</a> : <a href="/survey">There is a survey, too</a>}
          </p>
        </aside>
      </section>
    </Page>
  );
}

/** A name that could go somewhere, and the core's word on it. */
export interface Sharing {
  readonly to: string;
  readonly verdict: { readonly outcome: string; readonly reason: string; readonly clause: string | null };
}

/** What was kept, and who may be told who took part, with reason and clause. */
export function EventDone({ view, kind, sharing, reasons }: { view: View; kind: EventKind; sharing: readonly Sharing[]; reasons: Readonly<Record<string, string>> }) {
  const text = texts[kind];
  return (
    <Page view={view} title={text.done} description={text.kept}>
      <section class="frame block first narrow-page">
        <p class="tape">Received / 01 sheet</p>
        <h1>{text.done}</h1>
        <p class="lead">{text.kept} If you are signed in, it goes with your account.</p>
        <h2 id="sharing">Who is told who you are</h2>
        <div class="table-scroll" role="group" aria-labelledby="sharing" tabindex={0}>
          <table class="fares mails">
            <thead>
              <tr>
                <th scope="col">Recipient</th>
                <th scope="col">Told?</th>
              </tr>
            </thead>
            <tbody>
              {sharing.map(({ to, verdict }) => (
                <tr data-reason={verdict.reason}>
                  <th scope="row">{to}</th>
                  <td>
                    {verdict.outcome === 'allow' ? 'Yes. ' : 'No. '}
                    {reasons[verdict.reason] ?? verdict.reason}
                    {verdict.clause ? (
                      <>
                        {' '}
                        (<a href={`/privacy#${verdict.clause}`}>why</a>)
                      </>
                    ) : null}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <p class="fine">What is passed on is in the ledger, and in the list that one may ask for. The organiser is made up: nothing left this machine.</p>
      </section>
    </Page>
  );
}
