const rate = 8000;

/** What two fax machines say before a page: calling tone, answering tone, then the rasp of the data. Hertz and seconds. */
const tones: readonly (readonly [frequency: number, seconds: number])[] = [
  [1100, 0.5],
  [0, 0.4],
  [2100, 1.2],
  [0, 0.1],
];
const dataSeconds = 0.9;

let made: Uint8Array<ArrayBuffer> | undefined;

/** The handshake as a WAV file: 8 bit, mono, 8 kHz, computed once. */
export function handshake(): Uint8Array<ArrayBuffer> {
  return (made ??= wav([...tones.flatMap(([frequency, seconds]) => tone(frequency, seconds)), ...data()]));
}

function tone(frequency: number, seconds: number): number[] {
  return Array.from({ length: Math.round(seconds * rate) }, (_, i) =>
    frequency === 0 ? 128 : 128 + Math.round(40 * Math.sin((2 * Math.PI * frequency * i) / rate)),
  );
}

/** V.21: 300 bit/s, 1650 Hz for a one and 1850 Hz for a zero; the bits come from a small shift register. */
function data(): number[] {
  let register = 0x5a5;
  let phase = 0;
  let frequency = 1650;
  return Array.from({ length: Math.round(dataSeconds * rate) }, (_, i) => {
    if (i % Math.round(rate / 300) === 0) {
      register = (register >> 1) ^ (register & 1 ? 0xb8d : 0);
      frequency = register & 1 ? 1650 : 1850;
    }
    phase += (2 * Math.PI * frequency) / rate;
    return 128 + Math.round(40 * Math.sin(phase));
  });
}

function wav(samples: readonly number[]): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(44 + samples.length);
  const view = new DataView(file.buffer);
  const text = (at: number, word: string): void => [...word].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  text(0, 'RIFF');
  view.setUint32(4, 36 + samples.length, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  text(36, 'data');
  view.setUint32(40, samples.length, true);
  file.set(samples, 44);
  return file;
}
