using System.Text.Json;
using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>An event that the database has, as far as another with its id must be the same.</summary>
internal sealed record StoredEvent(string Id, string Type, string Exchange, string RoutingKey, string? Key, string? Headers, byte[] Payload)
{
    /// <summary>In what another event with this id differs; null where it is the same one, written again.</summary>
    internal string? FindDifference(OutboxRow other)
        => !Payload.AsSpan().SequenceEqual(other.Payload) ? "payload"
            : (Exchange, RoutingKey) != (other.Exchange, other.RoutingKey) ? "destination"
            : Type != other.Type ? "type"
            : Key != other.Key ? "key"
            : AreSame(Headers, other.Headers) ? null
            : "header";

    // The trace is that of each attempt to write the event, and no part of what it says.
    private static bool AreSame(string? one, string? other)
    {
        try
        {
            return one == other || Parse(one).SequenceEqual(Parse(other));
        }
        catch (JsonException)
        {
            return false; // a row that was changed by hand
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Parse(string? headers)
        => ((headers is null ? null : JsonSerializer.Deserialize(headers, HeadersJson.Default.DictionaryStringString)) ?? [])
            .Where(static header => header.Key is not (MessageHeaders.TraceParent or MessageHeaders.TraceState))
            .OrderBy(static header => header.Key, StringComparer.Ordinal);
}
