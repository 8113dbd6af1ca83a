namespace TechCorp.Messaging;

/// <summary>What is to be done with a delivery, and the facts its copy will carry. Compared by value.</summary>
/// <param name="Kind">What.</param>
/// <param name="Attempts">The attempts counted so far, this delivery's included.</param>
/// <param name="Delay">How long to wait, where the kind has a wait.</param>
/// <param name="Reason">Why it is given up, where it is.</param>
/// <param name="IsPostponed">Whether the handler asked for a later attempt; then nothing has failed.</param>
internal readonly record struct Verdict(VerdictKind Kind, int Attempts, TimeSpan Delay = default, string? Reason = null, bool IsPostponed = false);
