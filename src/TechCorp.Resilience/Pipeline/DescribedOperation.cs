using System.Diagnostics.CodeAnalysis;

namespace TechCorp.Resilience;

/// <summary>A call of a <see cref="ResilientOperation{TState, TResult}"/>.</summary>
internal readonly struct DescribedOperation<TState, TResult>(ResilientOperation<TState, TResult> description, TState state, bool blocks = false)
    : IOperation<DescribedOperation<TState, TResult>, TResult>
{
    private readonly ResilientOperation<TState, TResult> _description = description;
    private readonly TState _state = state;
    private readonly bool _blocks = blocks;
    private readonly string? _idempotencyKey = description.IdempotencyKey?.Invoke(state);

    public static bool ClassifiesResults => true;

    /// <summary>Describes a call; not if finding its idempotency key throws, which then is how the call ends.</summary>
    internal static bool TryDescribe(
        ResilientOperation<TState, TResult> description,
        TState state,
        out DescribedOperation<TState, TResult> described,
        [NotNullWhen(false)] out Exception? exception)
    {
        try
        {
            described = new(description, state);
            exception = null;
            return true;
        }
        catch (Exception thrown) when (!OutcomeRules.IsFatal(thrown))
        {
            described = default;
            exception = thrown;
            return false;
        }
    }

    public static bool Blocks(in DescribedOperation<TState, TResult> operation) => operation._blocks;

    public static bool MayRepeat(in DescribedOperation<TState, TResult> operation)
        => (!operation._description.IsUnsafe || !string.IsNullOrEmpty(operation._idempotencyKey))
        && (operation._description.MayRepeat is not { } mayRepeat || mayRepeat(operation._state));

    public static bool HasFallback(in DescribedOperation<TState, TResult> operation) => operation._description.Fallback is not null;

    public static bool IsFailure(in DescribedOperation<TState, TResult> operation, TResult result)
        => operation._description.IsFailure is { } isFailure && isFailure(result);

    public static string? Explain(in DescribedOperation<TState, TResult> operation, TResult failure) => operation._description.Explain?.Invoke(failure);

    public static TimeSpan? RetryAfter(in DescribedOperation<TState, TResult> operation, TResult result)
        => operation._description.RetryAfter?.Invoke(result);

    public static void Discard(in DescribedOperation<TState, TResult> operation, TResult result)
    {
        if (operation._description.Discard is { } discard)
        {
            discard(result);
        }
        else
        {
            (result as IDisposable)?.Dispose();
        }
    }

    public static ValueTask<TResult> FallBackAsync(in DescribedOperation<TState, TResult> operation, Exception? reason, CancellationToken cancellationToken)
        => operation._description.Fallback!(operation._state, reason, cancellationToken);

    public ValueTask<TResult> InvokeAsync(int attempt, CancellationToken cancellationToken)
        => _description.Operation(_state, new Attempt(attempt, _idempotencyKey, cancellationToken));
}
