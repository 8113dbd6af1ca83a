using System.Text.Json.Serialization.Metadata;

namespace TechCorp.Patterns.Shared;

/// <summary>Whether JSON that is written as one type holds all of a value whose type is another: System.Text.Json writes what the declared type has, and
/// leaves out without a word what a derived type adds.</summary>
internal static class JsonShape
{
    /// <summary>True for the type itself, for a derived type that the contract names (<c>[JsonDerivedType]</c>), for a collection behind an interface or a
    /// base class, and where the author's own converter writes a type that has no own instances.</summary>
    internal static bool Holds(JsonTypeInfo declared, Type actual)
        => IsOf(declared.Type, actual) || declared.Kind switch
        {
            JsonTypeInfoKind.Object => declared.PolymorphismOptions?.DerivedTypes.Any(known => known.DerivedType == actual) ?? false,
            JsonTypeInfoKind.None => HasNoInstances(declared.Type),
            _ => true,
        };

    /// <summary>Whether a value of the type is exactly of it, a nullable one without the wrapper.</summary>
    internal static bool IsOf(Type declared, Type actual) => declared == actual || Nullable.GetUnderlyingType(declared) == actual;

    /// <summary>Whether all that is declared as the type is of another: who writes it has to look what it is.</summary>
    internal static bool HasNoInstances(Type declared) => declared.IsAbstract || declared == typeof(object);

    /// <summary>Refuses a value that would be written in part.</summary>
    /// <exception cref="ArgumentException">It names both types.</exception>
    internal static void ThrowIfCut<T>(T value, JsonTypeInfo<T> declared, string what, string parameter)
    {
        if (value?.GetType() is { } actual && actual != typeof(T) && !Holds(declared, actual))
        {
            throw new ArgumentException($"{what} is a {actual} and would be written as a {typeof(T)}, without what {actual.Name} adds: name "
                + $"{actual.Name} by [JsonDerivedType] on {typeof(T).Name}, or use its own type.", parameter);
        }
    }
}
