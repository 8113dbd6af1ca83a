namespace TechCorp.Resilience;

/// <summary>How long one attempt may take. Copied at construction: later changes have no effect.</summary>
public sealed class TimeoutOptions
{
    /// <summary>The longest time of one attempt; <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> for no limit. Default: 5 s.</summary>
    /// <remarks>An asynchronous operation is timed from its first suspension; work that it does before blocks its caller and is not timed.</remarks>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What happens to an operation that ignores its token. Default: <see cref="TimeoutMode.Cooperative"/>.</summary>
    /// <remarks>Only an asynchronous operation can be abandoned; a synchronous one holds the caller's thread.</remarks>
    public TimeoutMode Mode { get; set; } = TimeoutMode.Cooperative;

    internal TimeoutOptions Copy() => (TimeoutOptions)MemberwiseClone();

    internal IEnumerable<string> Problems()
    {
        if (Timeout != System.Threading.Timeout.InfiniteTimeSpan && (Timeout <= TimeSpan.Zero || Timeout > OptionsCheck.MaxTimer))
        {
            yield return $"{nameof(Timeout)} must be infinite, or more than zero and at most {OptionsCheck.MaxTimer}; it is {Timeout}.";
        }

        if (!Enum.IsDefined(Mode))
        {
            yield return $"{nameof(Mode)} must be a {nameof(TimeoutMode)}; it is {Mode}.";
        }
    }
}
