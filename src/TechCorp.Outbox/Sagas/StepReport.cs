namespace TechCorp.Outbox;

/// <summary>How a call of user code ended, without the user's types.</summary>
/// <param name="Kind">What is known.</param>
/// <param name="Text">The output of a success, or the reason of anything else.</param>
/// <param name="After">When a pending outcome is asked for again.</param>
internal sealed record StepReport(StepOutcomeKind Kind, string? Text = null, TimeSpan After = default)
{
    /// <summary>An output stays as it is; a reason is often an exception's message.</summary>
    internal static StepReport Of(StepOutcome outcome)
        => new(outcome.Kind, outcome.Kind == StepOutcomeKind.Success || outcome.Text is null ? outcome.Text : ErrorText.Clean(outcome.Text), outcome.After);

    internal static StepReport Unknown(string error) => new(StepOutcomeKind.Unknown, error);
}
