using System.Text.Json.Serialization.Metadata;

namespace TechCorp.Messaging;

/// <summary>The message types a service knows: CLR type, wire name, format and, where it has one, its destination.</summary>
/// <remarks>Filled at registration, read-only and safe for concurrent use once the first message has been created or read.</remarks>
public sealed class MessageCatalog
{
    private readonly Dictionary<Type, MessageType> _byType = [];
    private readonly Dictionary<string, MessageType> _byName = new(StringComparer.Ordinal);

    internal IEnumerable<MessageType> Types => _byType.Values;

    /// <summary>Adds a type that travels as JSON.</summary>
    /// <param name="wireName">Dotted and lower case: <c>order.created</c>. A breaking change needs a new one: <c>order.created.v2</c>.</param>
    /// <param name="json">From a source-generated <see cref="System.Text.Json.Serialization.JsonSerializerContext"/>.</param>
    /// <param name="destination">Where publishes go that name no destination.</param>
    /// <exception cref="ArgumentException">The type or the name is registered already, or the name is not a wire name.</exception>
    public MessageCatalog Add<T>(string wireName, JsonTypeInfo<T> json, Destination? destination = null)
        where T : notnull
        => Add(wireName, new JsonMessageSerializer<T>(json), destination);

    /// <summary>Adds a type that travels in another format.</summary>
    /// <exception cref="ArgumentException">The type or the name is registered already, or the name is not a wire name.</exception>
    public MessageCatalog Add<T>(string wireName, IMessageSerializer<T> serializer, Destination? destination = null)
        where T : notnull
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(wireName);
        ArgumentNullException.ThrowIfNull(serializer);
        AmqpName.Check(wireName, nameof(wireName));
        var type = new MessageType<T>(wireName, serializer, destination);
        if (_byName.TryGetValue(wireName, out var other) && other.ClrType != typeof(T))
        {
            throw new ArgumentException($"Wire name '{wireName}' is registered for {other.ClrType} already.", nameof(wireName));
        }

        if (!_byType.TryAdd(typeof(T), type))
        {
            throw new ArgumentException($"{typeof(T)} is registered as '{_byType[typeof(T)].WireName}' already; one type has one wire name.", nameof(wireName));
        }

        _byName[wireName] = type;
        return this;
    }

    /// <summary>The wire name of a registered type.</summary>
    /// <exception cref="InvalidOperationException">The type is not registered.</exception>
    public string WireNameOf<T>() => Find(typeof(T)).WireName;

    /// <summary>The destination registered for a type.</summary>
    /// <exception cref="InvalidOperationException">The type is not registered, or without a destination.</exception>
    public Destination DestinationOf<T>() => Find(typeof(T)).RequiredDestination;

    /// <summary>The destination registered for the type that a message names.</summary>
    /// <exception cref="InvalidOperationException">No type is registered under the message's wire name, or it has no destination.</exception>
    public Destination DestinationOf(Message message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return TryFind(message.Type, out var type)
            ? type.RequiredDestination
            : throw new InvalidOperationException($"No message type is registered as '{message.Type}': name a destination, or register it with "
            + $"AddMessage(\"{message.Type}\", …).");
    }

    /// <summary>Serializes a payload into a message with a new id. What it is published as is its runtime type, whatever the variable is declared as.</summary>
    /// <param name="payload">The payload.</param>
    /// <param name="id">Another id than a new UUIDv7: to publish the same message again, or one derived from an input.</param>
    /// <param name="correlationId">What ties the messages of one business transaction together.</param>
    /// <param name="headers">Further headers.</param>
    /// <exception cref="InvalidOperationException">The type is not registered.</exception>
    /// <exception cref="ArgumentException">The payload cannot be serialized; or its runtime type is not registered, and the registered type it is declared as
    /// would leave a part of it out.</exception>
    public Message Create<T>(T payload, string? id = null, string? correlationId = null, IReadOnlyDictionary<string, string>? headers = null)
        where T : notnull
    {
        var type = TypeOf(payload);
        var message = new Message
        {
            Body = type.Serialize(payload, pooled: false, out _),
            Type = type.WireName,
            ContentType = type.ContentType,
            CorrelationId = correlationId,
            Id = id ?? Guid.CreateVersion7().ToString(),
        };
        return headers is null ? message : message.With(headers);
    }

    /// <summary>The type that a payload is published as: its runtime type; or the one it is declared as, where that holds all of it.</summary>
    /// <exception cref="InvalidOperationException">Neither is registered.</exception>
    /// <exception cref="ArgumentException">Only the declared type is registered, and it would leave a part of the payload out.</exception>
    internal MessageType TypeOf<T>(T payload)
        where T : notnull
        => typeof(T).IsValueType && default(T) is not null ? Find(typeof(T)) : TypeOf(payload, typeof(T));

    private MessageType TypeOf(object payload, Type declared)
    {
        ArgumentNullException.ThrowIfNull(payload);
        var actual = payload.GetType();
        if (actual == declared || _byType.ContainsKey(actual) || !_byType.TryGetValue(declared, out var type))
        {
            return Find(actual);
        }

        return type.Holds(actual)
            ? type
            : throw new ArgumentException($"The payload is a {actual}, which is not registered; as a {declared} ('{type.WireName}') it would be published "
            + $"without what {actual.Name} adds. Register {actual.Name} with AddMessage(\"wire.name\", …), or name it by [JsonDerivedType] on "
            + $"{declared.Name}.", nameof(payload));
    }

    internal bool TryFind(string wireName, out MessageType type) => _byName.TryGetValue(wireName, out type!);

    internal bool TryFind(Type clrType, out MessageType type) => _byType.TryGetValue(clrType, out type!);

    internal MessageType Find(Type clrType)
        => _byType.TryGetValue(clrType, out var type)
            ? type
            : throw new InvalidOperationException($"{clrType} is not in the message catalog: register it with AddMessage(\"wire.name\", "
            + $"JsonContext.Default.{clrType.Name}).");
}
