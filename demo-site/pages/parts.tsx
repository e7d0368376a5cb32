import type { Child } from 'hono/jsx';
import type { Problems, Values } from '../accounts/forms.js';
import { Logo } from './art/logo.js';

interface LineProps {
  readonly color: 'receive' | 'send' | 'archive';
  readonly name: string;
  /** Name of each stop and what happens there. */
  readonly stops: readonly (readonly [string, string])[];
}

/** A route as an ordered list: stops side by side on wide screens, one below the other on narrow ones. */
export function Line({ color, name, stops }: LineProps) {
  return (
    <div class={`line ${color}`}>
      <h3 class="line-name">{name}</h3>
      <ol>
        {stops.map(([stop, text]) => (
          <li>
            <strong>{stop}</strong>
            <span>{text}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** What came of a form that was sent: the values to show again and what is wrong with them. */
export interface FormState {
  readonly values: Values;
  readonly problems: Problems;
}

export const emptyForm: FormState = { values: {}, problems: {} };

/** The list of problems above a form, each leading to its field. Nothing when there are none. */
export function ProblemList({ problems, title }: { problems: Problems; title: string }) {
  const entries = Object.entries(problems);
  if (entries.length === 0) return null;
  return (
    <div class="problems" role="alert">
      <h2>{title}</h2>
      <ul>
        {entries.map(([field, text]) => (
          <li>
            <a href={`#${field}`}>{text}</a>
          </li>
        ))}
      </ul>
    </div>
  );
}

interface FieldProps {
  readonly form: FormState;
  readonly name: string;
  readonly label: string;
  readonly hint?: Child;
  readonly required?: boolean;
  readonly type?: 'text' | 'email' | 'tel' | 'password';
  readonly autocomplete?: string;
  readonly inputmode?: 'numeric';
  /** Makes it a text area of so many rows. */
  readonly rows?: number;
  readonly maxlength?: number;
  /** Makes it a choice: value and text of each option. */
  readonly options?: readonly (readonly [string, string])[];
}

/** One labelled field with hint and problem tied to it. Each says whether it is required. */
export function Field(props: FieldProps) {
  const { form, name, label, hint, required = false, type = 'text', rows, options, maxlength, autocomplete, inputmode } = props;
  const problem = form.problems[name];
  const value = type === 'password' ? undefined : (form.values[name] ?? '');
  const described = [hint ? `${name}-hint` : '', problem ? `${name}-problem` : ''].filter(Boolean).join(' ');
  const common = {
    id: name,
    name,
    required,
    maxlength,
    autocomplete,
    'aria-describedby': described || undefined,
    'aria-invalid': problem ? ('true' as const) : undefined,
  };
  return (
    <div class={problem ? 'field wrong' : 'field'}>
      <label for={name}>
        {label}
        <span class="optional"> {required ? 'required' : 'optional'}</span>
      </label>
      {hint ? (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      ) : null}
      {options ? (
        <select {...common}>
          <option value="">Please choose</option>
          {options.map(([option, text]) => (
            <option value={option} selected={option === value}>
              {text}
            </option>
          ))}
        </select>
      ) : rows ? (
        <textarea {...common} rows={rows}>
          {value}
        </textarea>
      ) : (
        <input {...common} type={type} value={value} inputmode={inputmode} />
      )}
      {problem ? (
        <p class="problem" id={`${name}-problem`}>
          {problem}
        </p>
      ) : null}
    </div>
  );
}

interface TickProps {
  readonly name: string;
  readonly checked?: boolean;
  /** Where ticking it could have no effect. */
  readonly disabled?: boolean;
  readonly hint?: Child;
  readonly children: Child;
}

/** A box to tick, never ticked for anybody. */
export function Tick({ name, checked = false, disabled = false, hint, children }: TickProps) {
  return (
    <div class="tick">
      <input type="checkbox" id={name} name={name} value="yes" checked={checked} disabled={disabled} aria-describedby={hint ? `${name}-hint` : undefined} />
      <label for={name}>{children}</label>
      {hint ? (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      ) : null}
    </div>
  );
}

/** A table's head: what each column is. stacked: of a table whose rows become blocks on a phone, and lose their roles to the style. */
export function Head({ columns, stacked = false }: { columns: readonly Child[]; stacked?: boolean }) {
  return (
    <thead role={stacked ? 'rowgroup' : undefined}>
      <tr role={stacked ? 'row' : undefined}>
        {columns.map((column) => (
          <th scope="col" role={stacked ? 'columnheader' : undefined}>
            {column}
          </th>
        ))}
      </tr>
    </thead>
  );
}

/** The top of every page: the way past it, whose page it is, and what `children` put beside that. */
export function Top({ href, label, brand, children }: { href: string; label: string; brand: string; children: Child }) {
  return (
    <header class="top">
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <div class="frame top-row">
        <a class="brand" href={href} aria-label={label}>
          <Logo />
          <span>{brand}</span>
        </a>
        {children}
      </div>
    </header>
  );
}
