using System.Buffers;
using System.Text.Json;

namespace TechCorp.Resilience;

/// <summary>A failure as a store keeps it.</summary>
internal static class StoredFailure
{
    internal const string TypeTag = "techcorp.failure";

    internal static StoredOutcome From(Exception exception)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", exception.GetType().Name);
            json.WriteString("message", ErrorText.MessageOf(exception));
            json.WriteEndObject();
        }

        return new StoredOutcome(Failed: true, TypeTag, buffer.WrittenMemory);
    }

    internal static IdempotencyException ToException(IdempotencyKey key, StoredOutcome outcome)
    {
        try
        {
            using var failure = JsonDocument.Parse(outcome.Payload);
            return IdempotencyException.StoredFailure(key, Text(failure, "type"), Text(failure, "message"));
        }
        catch (JsonException)
        {
            return IdempotencyException.StoredFailure(key, outcome.TypeTag, "The stored failure cannot be read.");
        }
    }

    private static string Text(JsonDocument failure, string property)
        => failure.RootElement.ValueKind == JsonValueKind.Object && failure.RootElement.TryGetProperty(property, out var value) ? value.ToString() : "";
}
