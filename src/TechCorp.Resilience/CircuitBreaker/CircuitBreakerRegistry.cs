using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience;

/// <summary>One circuit breaker for each key: a tenant, a shard, a host. A dependency that fails does not affect the
/// others. Safe for use by many threads.</summary>
/// <remarks>
/// Keys that come and go leave nothing behind: a breaker that was not asked for is dropped after the idle time, after six times as long if it remembers
/// failures, and not while it rejects calls. Beyond the capacity, the ones with the least to lose are dropped, the longest idle first. An isolated breaker
/// stays. Ask for the breaker at each call and do not keep it: a kept one may have been replaced.
/// </remarks>
/// <typeparam name="TKey">What tells the dependencies apart. Its text is part of the breaker's name, in logs and metrics too: no secrets.</typeparam>
public sealed class CircuitBreakerRegistry<TKey>
    where TKey : notnull
{
    private readonly IdleMap<TKey, CircuitBreaker> _breakers;

    /// <summary>Makes an empty registry.</summary>
    /// <param name="name">Names each breaker, together with its key.</param>
    /// <param name="options">Of each breaker. Default: <see cref="CircuitBreakerOptions"/> as it is.</param>
    /// <param name="outcomes">Which exceptions are failures. Default: all are.</param>
    /// <param name="idleAfter">How long a closed breaker is kept while it is not asked for. Default: 10 min.</param>
    /// <param name="timeProvider">The clock. Default: the system's.</param>
    /// <param name="logger">Default: none.</param>
    /// <param name="capacity">The most breakers, isolated ones aside: more than the keys in use at one time. At least 1. Default: 10,000.</param>
    /// <exception cref="ArgumentOutOfRangeException">The idle time, the capacity or an option is invalid; the message names it.</exception>
    public CircuitBreakerRegistry(
        string name,
        CircuitBreakerOptions? options = null,
        OutcomeRules? outcomes = null,
        TimeSpan? idleAfter = null,
        TimeProvider? timeProvider = null,
        ILogger? logger = null,
        int capacity = 10_000)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        var idle = idleAfter ?? TimeSpan.FromMinutes(10);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(idle, TimeSpan.Zero, nameof(idleAfter));
        var settings = (options ?? new CircuitBreakerOptions()).Copy();
        OptionsCheck.Throw(nameof(CircuitBreakerOptions), settings.Problems());
        timeProvider ??= TimeProvider.System;
        _breakers = new IdleMap<TKey, CircuitBreaker>(
            key => new CircuitBreaker($"{name} {key}", settings, outcomes, timeProvider, logger),
            static breaker => breaker.Memory,
            idle,
            capacity,
            new MonotonicClock(timeProvider));
    }

    /// <summary>The breakers that are kept at the moment, for health checks.</summary>
    public IReadOnlyCollection<CircuitBreaker> Circuits => [.. _breakers.Values];

    /// <summary>The breaker of a key; a new, closed one if there is none.</summary>
    /// <param name="key">Names the dependency.</param>
    public CircuitBreaker Get(TKey key) => _breakers.Get(key);
}
