using System.Globalization;
using System.Net.Http.Headers;

namespace TechCorp.Resilience.Http;

/// <summary>Reads <c>Retry-After</c> (RFC 9110, 10.2.3). A date is measured by the clock of the server that wrote it, if it says what time it is.</summary>
internal static class RetryAfterHeader
{
    private static readonly long MostSeconds = (long)TimeSpan.MaxValue.TotalSeconds;

    /// <returns>The longest wait that is asked for; <see cref="TimeSpan.MaxValue"/> for a number beyond it; none for what cannot be read.</returns>
    internal static TimeSpan? Read(HttpResponseMessage response, TimeProvider timeProvider)
    {
        TimeSpan? longest = null;
        if (response.Headers.NonValidated.TryGetValues("Retry-After", out var values))
        {
            foreach (var value in values)
            {
                var wait = Seconds(value.Trim()) ?? Until(value, response, timeProvider);
                longest = longest is null || wait > longest ? wait : longest;
            }
        }

        return longest;
    }

    private static TimeSpan? Seconds(string value)
        => value.Length == 0 || !value.All(char.IsAsciiDigit) ? null
        : long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < MostSeconds ? TimeSpan.FromSeconds(seconds)
        : TimeSpan.MaxValue;

    private static TimeSpan? Until(string value, HttpResponseMessage response, TimeProvider timeProvider)
        => RetryConditionHeaderValue.TryParse(value, out var header) && header.Date is { } date
            ? date - (response.Headers.Date ?? timeProvider.GetUtcNow())
            : null;
}
