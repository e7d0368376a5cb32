interface SheetProps {
  readonly to: string;
  readonly from: string;
  /** Line breaks are kept. */
  readonly message: string;
}

/** A received page: the sender's line at its top edge, a cover block, the words, and a bar pattern that decodes to nothing. */
export function FaxSheet({ to, from, message }: SheetProps) {
  return (
    <figure class="fax" aria-label="The fax as it arrives">
      <p class="fax-edge">
        <span>+1 312 555 0142</span>
        <span>METROFAX</span>
        <span>P. 01/01</span>
      </p>
      <p class="fax-word" aria-hidden="true">
        FAX
      </p>
      <dl>
        <div>
          <dt>To</dt>
          <dd>{to}</dd>
        </div>
        <div>
          <dt>From</dt>
          <dd>{from}</dd>
        </div>
        <div>
          <dt>Pages</dt>
          <dd>1, this one included</dd>
        </div>
      </dl>
      <p class="fax-message">{message}</p>
      <svg class="fax-bars" viewBox="0 0 240 24" aria-hidden="true" focusable="false" preserveAspectRatio="none">
        <path d="M2 0v24M8 0v24M18 0v24M22 0v24M34 0v24M44 0v24M48 0v24M60 0v24M72 0v24M78 0v24M82 0v24M96 0v24M104 0v24M118 0v24M122 0v24M134 0v24M146 0v24M150 0v24M164 0v24M172 0v24M178 0v24M192 0v24M204 0v24M208 0v24M220 0v24M230 0v24M238 0v24" />
      </svg>
    </figure>
  );
}
