// What the React app loads later.
export default function Late() {
  return <p id="late">from a chunk of its own</p>;
}
