/**
 * The bursts of alarm sound, as numbers and as nodes of an audio graph.
 *
 * Pulse counts, durations and spacings lie inside the ranges of IEC 60601-1-8
 * tables 3 and 4 as this product uses them. The pitch carries nothing: the
 * rhythm alone tells the priority.
 */

/**
 * @typedef {object} Burst
 * @property {number[]} starts_s start of each pulse within the burst
 * @property {number} pulse_s duration of a pulse
 * @property {number} gap_s from the end of a burst to the start of the next; Infinity is never
 * @property {number} level peak amplitude: LOW is not louder than MEDIUM, nor MEDIUM than HIGH
 */

/** @type {Readonly<Record<"HIGH"|"MEDIUM"|"LOW", Burst>>} */
export const BURSTS = Object.freeze({
  HIGH: {
    starts_s: [0, 0.25, 0.5, 1.0, 1.25, 2.0, 2.25, 2.5, 3.0, 3.25],
    pulse_s: 0.15,
    gap_s: 7,
    level: 0.7,
  },
  MEDIUM: { starts_s: [0, 0.4, 0.8], pulse_s: 0.2, gap_s: 12, level: 0.55 },
  LOW: { starts_s: [0], pulse_s: 0.2, gap_s: Infinity, level: 0.4 },
});

export const FUNDAMENTAL_HZ = 440;
/** Amplitudes of the fundamental and harmonics 2 to 5. */
export const PARTIALS = Object.freeze([1, 0.8, 0.6, 0.5, 0.4]);
/** Silence before the first pulse: some outputs swallow the start of a sound. */
export const LEAD_IN_S = 0.3;
const HALF_OF_TEN = 4;
const RAMP_PART = 0.15;

export const LOSS = Object.freeze({ tones_hz: [784, 392], tone_s: 0.4, period_s: 3, level: 0.7 });

/**
 * Length of a burst, seconds, from its first pulse to the end of its last.
 * @param {Burst} burst
 */
export function length_s(burst) {
  return (burst.starts_s.at(-1) ?? 0) + burst.pulse_s;
}

/**
 * How much of a burst is heard at least, seconds, when its condition ends by itself:
 * all of it, of the ten pulses of HIGH the first five.
 * @param {Burst} burst
 */
export function least_s(burst) {
  const half = burst.starts_s[HALF_OF_TEN];
  return half === undefined ? length_s(burst) : half + burst.pulse_s;
}

/**
 * Put one burst into an audio graph; `start_s` is the time of its first pulse.
 * @param {BaseAudioContext} context
 * @param {Burst} burst
 * @param {number} start_s
 * @returns {GainNode} the burst's own output: disconnect it and the burst is over
 */
export function schedule(context, burst, start_s) {
  const output = context.createGain();
  output.connect(context.destination);
  const wave = context.createPeriodicWave(
    new Float32Array(PARTIALS.length + 1),
    new Float32Array([0, ...PARTIALS]),
  );
  for (const pulse_s of burst.starts_s) {
    const tone = context.createOscillator();
    tone.setPeriodicWave(wave);
    tone.frequency.value = FUNDAMENTAL_HZ;
    sound(tone, output, start_s + pulse_s, burst.pulse_s, burst.level);
  }
  return output;
}

/**
 * Play a tone once, with linear ramps of 15 % of its length.
 * @param {OscillatorNode} tone
 * @param {GainNode} output
 * @param {number} start_s
 * @param {number} duration_s
 * @param {number} level
 */
function sound(tone, output, start_s, duration_s, level) {
  const shape = tone.context.createGain();
  const ramp_s = duration_s * RAMP_PART;
  const end_s = start_s + duration_s;
  shape.gain.setValueAtTime(0, start_s);
  shape.gain.linearRampToValueAtTime(level, start_s + ramp_s);
  shape.gain.setValueAtTime(level, end_s - ramp_s);
  shape.gain.linearRampToValueAtTime(0, end_s);
  tone.connect(shape).connect(output);
  tone.start(start_s);
  tone.stop(end_s);
}

/**
 * One period of the loss sound, a falling pair, as samples to be looped.
 * @param {BaseAudioContext} context
 * @returns {AudioBuffer}
 */
export function lossPeriod(context) {
  const rate = context.sampleRate;
  const buffer = context.createBuffer(1, Math.round(LOSS.period_s * rate), rate);
  const samples = buffer.getChannelData(0);
  const length = Math.round(LOSS.tone_s * rate);
  const ramp = Math.round(length * RAMP_PART);
  LOSS.tones_hz.forEach((hz, order) => {
    for (let i = 0; i < length; i += 1) {
      const shape = Math.min(1, i / ramp, (length - i) / ramp);
      const phase = (2 * Math.PI * hz * i) / rate;
      // The fundamental with two harmonics, scaled so that the sum stays below its level.
      const wave = (Math.sin(phase) + 0.5 * Math.sin(2 * phase) + 0.3 * Math.sin(3 * phase)) / 1.8;
      samples[order * length + i] = LOSS.level * shape * wave;
    }
  });
  return buffer;
}
