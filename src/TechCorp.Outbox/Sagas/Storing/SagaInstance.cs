using System.Diagnostics;

namespace TechCorp.Outbox;

/// <summary>One saga as it is stored. Immutable.</summary>
[DebuggerDisplay("{Definition.Name,nq} {BusinessKey,nq} {Progress.Status} epoch={Epoch}")]
internal sealed record SagaInstance(
    Guid Id, SagaDefinition Definition, string BusinessKey, long Epoch, string Data, SagaProgress Progress, SagaDeadline Deadline)
{
    internal string ActionKey(int ordinal) => DerivedId.From("saga", Id.ToString(), Definition.Rules.Steps[ordinal].Name, "action").ToString();

    internal string CompensationKey(int ordinal) => DerivedId.From("saga", Id.ToString(), Definition.Rules.Steps[ordinal].Name, "compensation").ToString();

    internal string EndKey => DerivedId.From("saga", Id.ToString(), "end").ToString();

    /// <summary>The same for the same event however often the end is written.</summary>
    internal string EndEventId(int ordinal)
        => DerivedId.From("saga", Id.ToString(), "end", Progress.Status.ToString(), ordinal.ToString(System.Globalization.CultureInfo.InvariantCulture))
            .ToString();

    internal SagaCall Action(int ordinal) => Call(ordinal, ActionKey(ordinal), Progress.Steps[ordinal].Attempt);

    internal SagaCall Compensation(int ordinal) => Call(ordinal, CompensationKey(ordinal), Progress.Steps[ordinal].CompensationAttempt);

    /// <summary>The end of the saga: about no step.</summary>
    internal SagaCall End() => new(Id, BusinessKey, "", "", 1, null, Progress.Reason) { EventId = EndEventId };

    private SagaCall Call(int ordinal, string key, int attempt)
        => new(Id, BusinessKey, key, ActionKey(ordinal), attempt, Progress.Steps[ordinal].Output, Progress.Reason);
}
