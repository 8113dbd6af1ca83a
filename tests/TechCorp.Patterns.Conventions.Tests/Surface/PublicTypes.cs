namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The types that users of the packages can name.</summary>
public sealed class PublicTypes
{
    /// <summary>Classes that users derive from, each with the reason.</summary>
    private static readonly Dictionary<string, string> Open = new()
    {
        ["PermanentFailureException"] = "a service derives its own permanent failures, so that its handlers throw what they mean",
        ["Saga`1"] = "a saga is a class that the service writes; the base says what to override",
    };

    private const int Most = 45;

    [Safeguard("A public surface that one can hold in mind", SwitchedOff = "a limit of 44")]
    [Theory, MemberData(nameof(Package.Names), MemberType = typeof(Package))]
    public void A_package_has_no_more_public_types_than_one_can_hold_in_mind(string package)
        => Surface.TypesOf(package).Should().HaveCountLessThanOrEqualTo(Most, "each public type is a promise: merge two, or make one internal");

    [Safeguard("Closed types", SwitchedOff = "a public class that is not sealed")]
    [Theory, MemberData(nameof(Package.Names), MemberType = typeof(Package))]
    public void A_public_type_is_sealed_or_closed_unless_listed_with_a_reason(string package)
        => Surface.TypesOf(package)
            .Where(type => !Surface.IsClosed(type) && !Open.ContainsKey(type.Name))
            .Select(type => $"{type.FullName} can be derived from: seal it, or give it a private protected constructor.")
            .ShouldBeNone("an open class can never change without breaking a derived one");

    [Safeguard("The list of open types", SwitchedOff = "`PermanentFailureException` sealed and left in the list")]
    [Fact]
    public void A_listed_open_class_exists_and_is_open()
    {
        var open = Surface.AllTypes.Where(type => !Surface.IsClosed(type)).Select(type => type.Name);

        Open.Keys.Except(open).Select(name => $"{name} is listed as open, and is not.").ShouldBeNone("a list of exceptions holds exceptions only");
    }

    [Safeguard("One namespace", SwitchedOff = "a public type in another namespace")]
    [Theory, MemberData(nameof(Package.Names), MemberType = typeof(Package))]
    public void A_package_has_one_public_namespace_its_own_name(string package)
        => Surface.TypesOf(package).Select(type => type.Namespace).Distinct()
            .Should().Equal([package], "folders do not make namespaces, and one using directive must do");

    [Safeguard("No fields", SwitchedOff = "a public field")]
    [Theory, MemberData(nameof(Package.Names), MemberType = typeof(Package))]
    public void A_public_field_is_constant_or_static_and_read_only(string package)
        => Surface.TypesOf(package)
            .Where(type => !type.IsEnum)
            .SelectMany(Surface.FieldsOf)
            .Where(field => !field.IsLiteral && !(field.IsStatic && field.IsInitOnly))
            .Select(field => $"{field.DeclaringType!.FullName}.{field.Name} is a field.")
            .ShouldBeNone("a field can neither be checked nor changed into a property later");

    [Safeguard("Names of exceptions", SwitchedOff = "an exception named `Oops`")]
    [Fact]
    public void An_exception_says_so_in_its_name_and_nothing_else_does()
        => Surface.AllTypes
            .Where(type => type.IsAssignableTo(typeof(Exception)) != Surface.PlainName(type).EndsWith("Exception", StringComparison.Ordinal))
            .Select(type => $"{type.FullName}")
            .ShouldBeNone("names ending in Exception are for exceptions");

    [Safeguard("Sealed exceptions", SwitchedOff = "an exception that is not sealed")]
    [Fact]
    public void An_exception_is_sealed_unless_listed_with_a_reason()
        => Surface.AllTypes
            .Where(type => type.IsAssignableTo(typeof(Exception)) && !type.IsSealed && !(type.IsAbstract && Surface.IsClosed(type))
                && !Open.ContainsKey(type.Name))
            .Select(type => $"{type.FullName} is not sealed, nor an abstract base that only the package derives from.")
            .ShouldBeNone("the code that catches it must know what it is");

    [Safeguard("Names that say something", SwitchedOff = "a public class named `ThingHelper`")]
    [Fact]
    public void No_type_is_named_for_what_it_helps_with()
        => Surface.AllTypes
            .Where(type => NamesThatSayNothing.Any(word => Surface.PlainName(type).EndsWith(word, StringComparison.Ordinal)))
            .Select(type => $"{type.FullName}")
            .ShouldBeNone("the field has a term for what it is");

    private static readonly string[] NamesThatSayNothing = ["Helper", "Helpers", "Util", "Utils", "Manager", "Base"];
}
