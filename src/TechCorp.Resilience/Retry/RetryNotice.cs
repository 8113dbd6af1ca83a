namespace TechCorp.Resilience;

/// <summary>A call is about to wait for its next attempt.</summary>
/// <param name="Name">The pipeline or policy.</param>
/// <param name="Attempt">The attempt that failed, from 1.</param>
/// <param name="Delay">The wait.</param>
/// <param name="Exception">What it failed with; <see langword="null"/> for a failing result.</param>
public readonly record struct RetryNotice(string Name, int Attempt, TimeSpan Delay, Exception? Exception);
