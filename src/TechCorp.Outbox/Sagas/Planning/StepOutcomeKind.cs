namespace TechCorp.Outbox;

internal enum StepOutcomeKind
{
    Success,
    Rejected,
    Pending,

    /// <summary>Everything else. An author cannot return it, only throw.</summary>
    Unknown,
}
