namespace TechCorp.Outbox;

/// <summary>How a call of user code ended, without the user's types.</summary>
internal sealed record StepReport(StepOutcomeKind Kind, string? Text = null, TimeSpan After = default)
{
    internal static StepReport Of(StepOutcome outcome) => new(outcome.Kind, outcome.Text, outcome.After);

    internal static StepReport Unknown(string error) => new(StepOutcomeKind.Unknown, error);
}
