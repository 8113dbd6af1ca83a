using System.Globalization;

namespace TechCorp.Resilience;

/// <summary>The circuit was not closed and the call was not made.</summary>
/// <remarks>A breaker or retry around the one that threw it neither counts it as a failure nor repeats the call.</remarks>
public sealed class CircuitOpenException : Exception
{
    internal CircuitOpenException(string name, CircuitRejection rejection, Exception? innerException)
        : base(Describe(name, rejection), innerException)
    {
        Name = name;
        State = rejection.State;
        RetryAfter = rejection.RetryAfter;
        OpenedAt = rejection.OpenedAt;
        Generation = rejection.Generation;
    }

    /// <summary>The name of the circuit.</summary>
    public string Name { get; }

    /// <summary>The state that rejected the call.</summary>
    public CircuitState State { get; }

    /// <summary>The earliest time from the rejection at which a call may be admitted; <see cref="TimeSpan.MaxValue"/> when isolated.</summary>
    public TimeSpan RetryAfter { get; }

    /// <summary>When the circuit opened, in UTC.</summary>
    public DateTimeOffset OpenedAt { get; }

    /// <summary>The generation of the circuit that rejected the call.</summary>
    public long Generation { get; }

    private static string Describe(string name, CircuitRejection rejection) => rejection.State switch
    {
        CircuitState.Isolated => $"Circuit '{name}' is isolated; the call was not made. It takes calls again after a reset.",
        CircuitState.HalfOpen => string.Create(
            CultureInfo.InvariantCulture,
            $"Circuit '{name}' waits for its probe; the call was not made. Retry in {Math.Ceiling(rejection.RetryAfter.TotalSeconds)} s or sooner."),
        _ => string.Create(
            CultureInfo.InvariantCulture,
            $"Circuit '{name}' is open; the call was not made. Retry in {Math.Ceiling(rejection.RetryAfter.TotalSeconds)} s or later."),
    };
}
