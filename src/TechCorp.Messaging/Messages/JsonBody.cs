using System.Text.Json;

namespace TechCorp.Messaging;

/// <summary>A body as the JSON reader takes it.</summary>
internal static class JsonBody
{
    /// <summary>Without the byte order mark of UTF-8, which some producers write and which a reader may ignore
    /// (<see href="https://www.rfc-editor.org/rfc/rfc8259#section-8.1"/>).</summary>
    /// <exception cref="JsonException">The mark is that of UTF-16 or UTF-32: JSON travels as UTF-8 only.</exception>
    internal static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> body) => body switch
    {
        [0xEF, 0xBB, 0xBF, .. var json] => json,
        [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] or [0x00, 0x00, 0xFE, 0xFF, ..]
            => throw new JsonException("The body begins with the byte order mark of UTF-16 or UTF-32; JSON is read as UTF-8 only. "
            + "Its producer must write UTF-8."),
        _ => body,
    };
}
