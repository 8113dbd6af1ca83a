using System.Globalization;

namespace TechCorp.Resilience;

/// <summary>An attempt, or the whole call, took longer than it may. The caller did not cancel it. What the operation threw then, of whatever type, is
/// inside.</summary>
public sealed class TimeoutRejectedException : TimeoutException
{
    internal TimeoutRejectedException(string name, TimeSpan timeout, Exception? innerException)
        : base(
            string.Create(CultureInfo.InvariantCulture, $"'{name}' did not complete within {timeout.TotalSeconds} s. Whether it had an effect is not known."),
            innerException)
    {
        Name = name;
        Timeout = timeout;
    }

    /// <summary>The deadline of a call that never got a permit.</summary>
    internal TimeoutRejectedException(string name, TimeSpan deadline)
        : base(string.Create(
            CultureInfo.InvariantCulture,
            $"'{name}' got no permit of its concurrency limit within its deadline of {deadline.TotalSeconds} s; the call was not made."))
    {
        Name = name;
        Timeout = deadline;
    }

    /// <summary>The name of the pipeline or policy whose limit it was; tells nested timeouts apart.</summary>
    public string Name { get; }

    /// <summary>The limit, as configured.</summary>
    public TimeSpan Timeout { get; }
}
