using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace TechCorp.Resilience;

/// <summary>The one meter of the package. Nothing here runs when a call succeeds.</summary>
internal static class ResilienceMetrics
{
    internal const string MeterName = "TechCorp.Resilience";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Transitions = SafeTelemetry.Instrument(Meter, static meter => meter.CreateCounter<long>(
        "techcorp.resilience.circuit.transitions", "{transition}", "Changes of a circuit's state."));

    private static readonly Counter<long> Rejections = SafeTelemetry.Instrument(Meter, static meter => meter.CreateCounter<long>(
        "techcorp.resilience.circuit.rejections", "{call}", "Calls that a circuit did not admit."));

    private static readonly Counter<long> StaleOutcomes = SafeTelemetry.Instrument(Meter, static meter => meter.CreateCounter<long>(
        "techcorp.resilience.circuit.stale", "{call}", "Outcomes ignored because the circuit had changed since it admitted the call."));

    private static readonly Counter<long> Retries = SafeTelemetry.Instrument(Meter, static meter => meter.CreateCounter<long>(
        "techcorp.resilience.retries", "{attempt}", "Attempts after the first."));

    private static readonly Counter<long> RetryStops = SafeTelemetry.Instrument(Meter, static meter => meter.CreateCounter<long>(
        "techcorp.resilience.retry.stops", "{call}", "Failed calls that were not repeated (again), by reason."));

    private static readonly Counter<long> Timeouts = SafeTelemetry.Instrument(Meter, static meter => meter.CreateCounter<long>(
        "techcorp.resilience.timeouts", "{attempt}", "Attempts that took too long."));

    private static readonly Counter<long> LimitRejections = SafeTelemetry.Instrument(Meter, static meter => meter.CreateCounter<long>(
        "techcorp.resilience.limit.rejections", "{call}", "Calls that a concurrency limit did not admit."));

    // Weak, so that a circuit lives no longer than its users, whether or not anybody listens to the gauge.
    private static readonly ConditionalWeakTable<object, StateReader> Circuits = [];

    private static readonly ConditionalWeakTable<object, LimiterReader> Limiters = [];

    static ResilienceMetrics()
    {
        SafeTelemetry.Instrument(Meter, static meter => meter.CreateObservableGauge(
            "techcorp.resilience.circuit.state", States, "{state}", "0 closed, 1 open, 2 half-open and ready, 3 half-open, 4 isolated."));
        SafeTelemetry.Instrument(Meter, static meter => meter.CreateObservableGauge(
            "techcorp.resilience.limit.in_use", static () => Limits(static limiter => limiter.InUse), "{call}",
            "Calls that hold a permit of a concurrency limit."));
        SafeTelemetry.Instrument(Meter, static meter => meter.CreateObservableGauge(
            "techcorp.resilience.limit.queued", static () => Limits(static limiter => limiter.Queued), "{call}", "Calls that wait for a permit."));
    }

    /// <summary>Adds a circuit to the state gauge for as long as it lives.</summary>
    internal static void ObserveState(object circuit, string name, Func<int> state) => Circuits.Add(circuit, new StateReader(name, state));

    /// <summary>Adds a concurrency limit to the gauges for as long as it lives.</summary>
    internal static void ObserveLimiter(object limiter, string name, Func<int> inUse, Func<int> queued)
        => Limiters.Add(limiter, new LimiterReader(name, inUse, queued));

    internal static void LimitRejected(string name) => Add(LimitRejections, name);

    internal static void CircuitChanged<TState, TReason>(string name, TState to, TReason reason)
        where TState : struct, Enum
        where TReason : struct, Enum
    {
        if (Transitions.Enabled)
        {
            Add(Transitions, [new("name", name), new("to", to.ToString()), new("reason", reason.ToString())]);
        }
    }

    internal static void Rejected(string name) => Add(Rejections, name);

    internal static void Stale(string name) => Add(StaleOutcomes, name);

    internal static void Retried(string name) => Add(Retries, name);

    internal static void RetryStopped<TReason>(string name, TReason reason)
        where TReason : struct, Enum
    {
        if (RetryStops.Enabled)
        {
            Add(RetryStops, [new("name", name), new("reason", reason.ToString())]);
        }
    }

    internal static void TimedOut(string name) => Add(Timeouts, name);

    private static void Add(Counter<long> counter, string name)
    {
        if (counter.Enabled)
        {
            Add(counter, [new KeyValuePair<string, object?>("name", name)]);
        }
    }

    /// <summary>Runs in the middle of a call, between the outcome and its record: a listener must change neither.</summary>
    private static void Add(Counter<long> counter, ReadOnlySpan<KeyValuePair<string, object?>> tags) => SafeTelemetry.Add(counter, 1, tags);

    /// <summary>One value for each name: of several circuits that share a name, the state that lets the fewest calls through.</summary>
    private static List<Measurement<int>> States()
    {
        var states = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach ((_, var circuit) in Circuits)
        {
            var state = circuit.State();
            if (!states.TryGetValue(circuit.Name, out var other) || Severity[state] > Severity[other])
            {
                states[circuit.Name] = state;
            }
        }

        return [.. states.Select(static state => new Measurement<int>(state.Value, new KeyValuePair<string, object?>("name", state.Key)))];
    }

    // By the value of the gauge: closed, half-open and ready, half-open, open, isolated.
    private static ReadOnlySpan<byte> Severity => [0, 3, 1, 2, 4];

    /// <summary>One value for each name: of several limits that share a name, the sum.</summary>
    private static List<Measurement<int>> Limits(Func<LimiterReader, Func<int>> reading)
    {
        var sums = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach ((_, var limiter) in Limiters)
        {
            sums[limiter.Name] = sums.GetValueOrDefault(limiter.Name) + reading(limiter)();
        }

        return [.. sums.Select(static sum => new Measurement<int>(sum.Value, new KeyValuePair<string, object?>("name", sum.Key)))];
    }

    private sealed record LimiterReader(string Name, Func<int> InUse, Func<int> Queued);

    private sealed record StateReader(string Name, Func<int> State);
}
