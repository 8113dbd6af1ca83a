namespace TechCorp.Resilience;

/// <summary>The result of an idempotent operation.</summary>
/// <typeparam name="TResult">Its type.</typeparam>
/// <param name="Value">The result.</param>
/// <param name="Replayed">Whether another run produced it: an earlier call, or a call at the same time.</param>
public readonly record struct IdempotentResult<TResult>(TResult Value, bool Replayed);
