using System.Globalization;

namespace TechCorp.Resilience;

/// <summary>As many calls ran and waited as a pipeline allows, and the call was not made.</summary>
/// <remarks>It says nothing about the dependency: a breaker or retry around the pipeline that threw it neither counts it as a failure nor repeats the call.
/// </remarks>
public sealed class ConcurrencyLimitException : Exception
{
    internal ConcurrencyLimitException(string name, int permitLimit, int queueLimit)
        : base(string.Create(
            CultureInfo.InvariantCulture,
            $"'{name}' runs {permitLimit} calls and {queueLimit} wait, the most that it may; the call was not made. Retry later, or raise the limits."))
        => Name = name;

    /// <summary>The name of the pipeline.</summary>
    public string Name { get; }
}
