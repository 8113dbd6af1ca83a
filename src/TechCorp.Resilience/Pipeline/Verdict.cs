namespace TechCorp.Resilience;

/// <summary>How one outcome is counted, and whether another attempt could end better.</summary>
internal readonly record struct Verdict(OutcomeClass Class, bool MayRetry);
