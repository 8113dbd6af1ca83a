using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace TechCorp.Outbox;

/// <summary>What a step's action knows when it returns. Throwing says that it knows nothing: the outcome is then unknown and the action is
/// asked again with the same key.</summary>
public sealed class StepOutcome
{
    private StepOutcome(StepOutcomeKind kind, string? text, TimeSpan after = default)
    {
        Kind = kind;
        // An output stays as it is; a reason is often the message of an exception.
        Text = kind == StepOutcomeKind.Success || text is null ? text : ErrorText.Clean(text);
        After = after;
    }

    internal StepOutcomeKind Kind { get; }

    /// <summary>The output of a success, the reason of the others.</summary>
    internal string? Text { get; }

    internal TimeSpan After { get; }

    /// <summary>The effect happened.</summary>
    /// <param name="output">What the compensation needs to know, for example the id of what was made. Kept with the step.</param>
    public static StepOutcome Success(string? output = null) => new(StepOutcomeKind.Success, output);

    /// <summary>The effect happened; the output is kept as JSON.</summary>
    /// <remarks>An output that cannot be serialized throws, which makes the outcome unknown: the effect may exist.</remarks>
    /// <exception cref="ArgumentException">The output is of a derived type, and JSON of the declared type would leave a part of it out.</exception>
    public static StepOutcome Success<T>(T output, JsonTypeInfo<T> jsonTypeInfo)
    {
        ArgumentNullException.ThrowIfNull(jsonTypeInfo);
        JsonShape.ThrowIfCut(output, jsonTypeInfo, "The output", nameof(output));
        return Success(JsonSerializer.Serialize(output, jsonTypeInfo));
    }

    /// <summary>The effect did not happen, in this attempt or any earlier one with this key, and will not: the steps
    /// before are undone, this one is not.</summary>
    /// <param name="reason">Kept with the saga and shown in <see cref="SagaSnapshot.Reason"/>.</param>
    public static StepOutcome Rejected(string reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        return new StepOutcome(StepOutcomeKind.Rejected, reason);
    }

    /// <summary>The other side has taken the request and has not decided (HTTP 202): ask again with the same key. Spends no attempt.</summary>
    /// <param name="askAgainAfter">When to ask again, at the earliest. More than zero.</param>
    /// <param name="reason">For an operator who looks at the saga meanwhile.</param>
    /// <remarks>Only the deadline of the saga bounds how long it may go on.</remarks>
    public static StepOutcome Pending(TimeSpan askAgainAfter, string? reason = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(askAgainAfter, TimeSpan.Zero);
        return new StepOutcome(StepOutcomeKind.Pending, reason ?? "Still pending.", askAgainAfter);
    }

    /// <summary>Everything else. An author cannot return it, only throw.</summary>
    internal static StepOutcome Unknown(string error) => new(StepOutcomeKind.Unknown, error);

    /// <inheritdoc/>
    public override string ToString() => Text is null ? Kind.ToString() : $"{Kind}: {Text}";
}
