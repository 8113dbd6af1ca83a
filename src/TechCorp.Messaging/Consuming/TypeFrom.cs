namespace TechCorp.Messaging;

/// <summary>Where the wire name of a message comes from, for producers that set no <c>type</c> property. The property wins where it is set.</summary>
public sealed record TypeFrom
{
    private TypeFrom(string? jsonProperty, string? fixedName, Type? fixedType)
    {
        Json = jsonProperty;
        FixedName = fixedName;
        FixedType = fixedType;
    }

    /// <summary>The AMQP property <c>type</c> alone. The default.</summary>
    public static TypeFrom Property { get; } = new(null, null, null);

    internal string? Json { get; }

    internal string? FixedName { get; }

    internal Type? FixedType { get; }

    /// <summary>A string property at the top of the JSON body, like the seed's <c>"event": "order.created"</c>.</summary>
    public static TypeFrom JsonProperty(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new TypeFrom(name, null, null);
    }

    /// <summary>Every message of the queue is of one type, registered in the catalog.</summary>
    public static TypeFrom Fixed<T>() => new(null, null, typeof(T));

    /// <summary>Every message of the queue has this wire name.</summary>
    public static TypeFrom Fixed(string wireName)
    {
        ArgumentException.ThrowIfNullOrEmpty(wireName);
        return new TypeFrom(null, wireName, null);
    }

    internal string Describe()
        => Json is not null ? $"the property 'type' or the JSON property '{Json}'" : "the property 'type'";
}
