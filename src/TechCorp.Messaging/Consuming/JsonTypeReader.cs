using System.Text.Json;

namespace TechCorp.Messaging;

/// <summary>Reads one string property at the top of a JSON object, without reading the rest into memory.</summary>
internal static class JsonTypeReader
{
    /// <summary>The property's text; null when the body is no object, has no such property, or its value is no string.</summary>
    /// <exception cref="JsonException">The body is not JSON, as far as it was read.</exception>
    /// <exception cref="InvalidOperationException">The text is not valid Unicode.</exception>
    internal static string? Read(ReadOnlySpan<byte> body, string property)
    {
        var reader = new Utf8JsonReader(JsonBody.Of(body));
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(property);
            reader.Read();
            if (found)
            {
                return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            }

            reader.Skip();
        }

        return null;
    }
}
