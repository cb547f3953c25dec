/** What the run has recorded for the checks of the step it is at. */
export interface LabHistory {
  /** Weights of the canary ingress since the step began, the one at its start first; empty when no walk is being watched. */
  weightsSinceStep(signal: AbortSignal): Promise<number[]>;
  /** The cluster's revision when the step began: events with a higher one belong to the step. */
  readonly revisionAtStepStart: string;
  /** Failed and all requests of the background probe when the step began. */
  readonly probeAtStepStart: { requests: number; failures: number };
}
