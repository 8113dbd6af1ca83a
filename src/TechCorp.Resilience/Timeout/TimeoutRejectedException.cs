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

    /// <summary>The name of the pipeline or policy whose limit it was; tells nested timeouts apart.</summary>
    public string Name { get; }

    /// <summary>The limit, as configured.</summary>
    public TimeSpan Timeout { get; }
}
