/** The mark: an M drawn as a line of a network map, with a stop at either end. */
export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 56 40" width="42" height="30" aria-hidden="true" focusable="false">
      <path class="logo-line" d="M8 32V12l20 20 20-20v20" />
      <circle class="logo-stop" cx="8" cy="32" r="6" />
      <circle class="logo-stop" cx="48" cy="32" r="6" />
    </svg>
  );
}
