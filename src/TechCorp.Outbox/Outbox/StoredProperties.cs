using System.Globalization;
using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>What few messages carry and the table has no column for: kept among the headers under names of this library, and taken out by the relay.</summary>
internal static class StoredProperties
{
    private const string Priority = MessageHeaders.Prefix + "outbox-priority";
    private const string Expiration = MessageHeaders.Prefix + "outbox-expiration";
    private const string Delay = MessageHeaders.Prefix + "outbox-delay";

    internal static bool IsNeeded(Message message) => message.Priority is not null || message.Expiration is not null || message.Delay is not null;

    internal static void AddTo(Dictionary<string, string> headers, Message message)
    {
        if (message.Priority is { } priority)
        {
            headers[Priority] = priority.ToString(CultureInfo.InvariantCulture);
        }

        if (message.Expiration is { } expiration)
        {
            headers[Expiration] = Milliseconds(expiration);
        }

        if (message.Delay is { } delay)
        {
            headers[Delay] = Milliseconds(delay);
        }
    }

    internal static int? TakePriority(Dictionary<string, string> headers) => Take(headers, Priority) is { } value ? (int)Math.Min(value, int.MaxValue) : null;

    internal static TimeSpan? TakeExpiration(Dictionary<string, string> headers) => Milliseconds(Take(headers, Expiration));

    internal static TimeSpan? TakeDelay(Dictionary<string, string> headers) => Milliseconds(Take(headers, Delay));

    private static string Milliseconds(TimeSpan value) => ((long)Math.Ceiling(value.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture);

    private static TimeSpan? Milliseconds(long? value) => value is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;

    /// <exception cref="ArgumentException">It is no number, so the row was not written by this library.</exception>
    private static long? Take(Dictionary<string, string> headers, string name)
        => !headers.Remove(name, out var text) ? null
            : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw new ArgumentException($"The header '{name}' must be a number; it is '{text}'.", nameof(headers));
}
