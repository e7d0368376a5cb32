/**
 * The picture of the home page: what MetroFax does, drawn as a network map. Red sends, blue receives, green files away; all
 * three change at the cloud. Decorative: the text beside it says the same.
 */
export function RouteMap() {
  return (
    <svg class="map" viewBox="0 0 720 560" aria-hidden="true" focusable="false">
      <g class="map-ground">
        <path d="M-900 1400L1500 -1000M-420 1400L1980 -1000M60 1400L2460 -1000" />
      </g>
      <path class="route send" d="M620 136V190L532 278H250L150 178V146" />
      <path class="route receive" d="M150 402V360L250 260H450L560 150V136" />
      <path class="route archive" d="M352 296H420L520 396V420" />

      <FaxMachine x={60} y={44} />
      <FaxMachine x={60} y={402} />
      <Laptop />
      <Boxes />

      <rect class="change" x="333" y="240" width="38" height="76" rx="19" />
      <Cloud />
      <g class="stops">
        <circle cx="200" cy="310" r="10" />
        <circle cx="505" cy="205" r="10" />
        <circle cx="200" cy="228" r="10" />
        <circle cx="576" cy="234" r="10" />
        <circle cx="470" cy="346" r="10" />
      </g>
      <g class="map-labels">
        <text x="222" y="334">They dial</text>
        <text x="487" y="194" text-anchor="end">PDF</text>
        <text x="222" y="216">It prints</text>
        <text x="598" y="256">You write</text>
        <text x="492" y="340">Filed</text>
      </g>
      <Sheet class="train receive-train" />
      <Sheet class="train send-train" />
    </svg>
  );
}

function FaxMachine({ x, y }: { x: number; y: number }) {
  return (
    <g transform={`translate(${x} ${y})`} class="thing">
      <path class="paper" d="M62 34V-18H138V34Z" />
      <path class="ink-thin" d="M76 -4H124M76 8H112M76 20H120" />
      <path class="body" d="M20 34H160A14 14 0 0 1 174 48V92A10 10 0 0 1 164 102H16A10 10 0 0 1 6 92V48A14 14 0 0 1 20 34Z" />
      <path class="handset" d="M20 50H52V62C52 68 46 68 46 72V78H26V72C26 68 20 68 20 62Z" />
      <rect class="screen" x="72" y="50" width="84" height="18" rx="3" />
      <g class="keys">
        <circle cx="80" cy="84" r="4" />
        <circle cx="98" cy="84" r="4" />
        <circle cx="116" cy="84" r="4" />
        <circle cx="134" cy="84" r="4" />
        <circle class="key-go" cx="152" cy="84" r="4" />
      </g>
    </g>
  );
}

function Laptop() {
  return (
    <g transform="translate(500 22)" class="thing">
      <rect class="body" x="14" y="0" width="160" height="98" rx="10" />
      <rect class="paper" x="26" y="12" width="136" height="74" rx="3" />
      <path class="ink" d="M62 34H126V68H62ZM62 34L94 56L126 34" />
      <circle class="badge" cx="128" cy="32" r="11" />
      <path class="body" d="M-4 98H192L182 112H6Z" />
    </g>
  );
}

function Boxes() {
  return (
    <g transform="translate(440 420)" class="thing">
      <rect class="body" x="10" y="62" width="140" height="52" rx="5" />
      <rect class="body" x="22" y="8" width="120" height="54" rx="5" />
      <rect class="paper" x="54" y="26" width="56" height="16" rx="2" />
      <rect class="paper" x="52" y="80" width="56" height="16" rx="2" />
      <path class="ink-thin" d="M62 34H102M60 88H100" />
    </g>
  );
}

function Cloud() {
  return (
    <path
      class="cloud"
      transform="translate(296 112) scale(1.2)"
      d="M22 62H82A20 20 0 0 0 84 22.200A30 30 0 0 0 26 20A21 21 0 0 0 22 62Z"
    />
  );
}

function Sheet({ class: name }: { class: string }) {
  return (
    <g class={name}>
      <rect x="-11" y="-14" width="22" height="28" rx="2" />
      <path d="M-6 -7H6M-6 -1H6M-6 5H2" />
    </g>
  );
}
