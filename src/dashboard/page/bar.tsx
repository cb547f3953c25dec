/** How much of a whole, 0 to 1, as a picture beside the number that says it. */
export function Bar({ share }: { share: number }) {
  return (
    <svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
      <rect width={(Math.min(1, Math.max(0, share)) * 100).toFixed(2)} height="1" />
    </svg>
  );
}
