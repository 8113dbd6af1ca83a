using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace TechCorp.Messaging;

/// <summary>JSON in UTF-8 by System.Text.Json, without reflection.</summary>
internal sealed class JsonMessageSerializer<T>(JsonTypeInfo<T> json) : IMessageSerializer<T>
    where T : notnull
{
    public string ContentType => "application/json";

    /// <summary>Whether all of a payload of a derived type would be written.</summary>
    internal bool Holds(Type actual) => JsonShape.Holds(json, actual);

    public ReadOnlyMemory<byte> Serialize(T payload) => JsonSerializer.SerializeToUtf8Bytes(payload, json);

    /// <summary>As <see cref="Serialize"/>, but into an array of the shared pool, which the caller returns.</summary>
    internal (byte[] Array, int Length) SerializePooled(T payload) => PooledJson.Serialize(payload, json);

    public T Deserialize(ReadOnlySpan<byte> body)
        => JsonSerializer.Deserialize(JsonBody.Of(body), json) ?? throw new JsonException("The body is the JSON value null.");
}
