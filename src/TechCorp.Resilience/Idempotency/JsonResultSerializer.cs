using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace TechCorp.Resilience;

/// <summary>Keeps results as JSON. Safe for trimming and native compilation with a source-generated context.</summary>
/// <typeparam name="TResult">The type of the result.</typeparam>
/// <param name="typeTag">The registered name of the format.</param>
/// <param name="jsonTypeInfo">How it is written and read.</param>
internal sealed class JsonResultSerializer<TResult>(string typeTag, JsonTypeInfo<TResult> jsonTypeInfo) : IResultSerializer<TResult>
{
    private readonly JsonTypeInfo<TResult> _jsonTypeInfo = jsonTypeInfo ?? throw new ArgumentNullException(nameof(jsonTypeInfo));

    public string TypeTag { get; } = string.IsNullOrEmpty(typeTag) ? throw new ArgumentException("A type tag is needed.", nameof(typeTag)) : typeTag;

    /// <exception cref="ArgumentException">The result is of a derived type, and JSON of the declared one would leave a part of it out: a replay would differ
    /// from the first answer.</exception>
    public ReadOnlyMemory<byte> Serialize(TResult result)
    {
        JsonShape.ThrowIfCut(result, _jsonTypeInfo, "The result", nameof(result));
        return JsonSerializer.SerializeToUtf8Bytes(result, _jsonTypeInfo);
    }

    public TResult Deserialize(ReadOnlyMemory<byte> payload) => JsonSerializer.Deserialize(payload.Span, _jsonTypeInfo)!;
}
