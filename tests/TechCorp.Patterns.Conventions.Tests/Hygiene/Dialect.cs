using Microsoft.CodeAnalysis.CSharp;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>One dialect in all C# of the repository, where no analyzer of the SDK keeps it.</summary>
public sealed class Dialect
{
    private const int MostLines = 300;

    private static readonly Dictionary<string, CSharpCompilation> Packages
        = PackageFloors.All.ToDictionary(package => package.Package, package => PackageCompilation.Of(package.Package));

    [Safeguard("Arrows begin a line", SwitchedOff = "`=>` moved to the end of a line")]
    [Fact]
    public void No_line_ends_with_an_arrow_unless_a_block_follows()
        => DialectSource.All.SelectMany(DialectRules.ArrowsAtTheEnd).ShouldBeNone("=> begins the continuation line");

    [Safeguard("Operators begin a line", SwitchedOff = "`&&` moved to the end of a line")]
    [Fact]
    public void No_line_ends_with_an_operator()
        => DialectSource.All.SelectMany(DialectRules.OperatorsAtTheEnd).ShouldBeNone("an operator begins the continuation line");

    [Safeguard("Lines of at most 160 columns", SwitchedOff = "a line of 170 columns in a test")]
    [Fact]
    public void A_line_has_at_most_160_columns()
        => DialectSource.All.SelectMany(DialectRules.LongLines).ShouldBeNone("a longer line is cut off in a review");

    [Safeguard("Names of clocks, loggers and exceptions", SwitchedOff = "a parameter `ILogger log`, a caught `Exception e`")]
    [Fact]
    public void Clocks_loggers_and_exceptions_have_one_name()
        => DialectSource.All.SelectMany(DialectRules.Names).ShouldBeNone("one thing has one name");

    [Safeguard("Log methods are extensions", SwitchedOff = "`Log.Stopped(logger)` instead of `logger.Stopped()`")]
    [Fact]
    public void A_log_method_is_called_as_an_extension_of_the_logger()
        => DialectSource.All.SelectMany(DialectRules.CallsOfLog).ShouldBeNone("logger.X(…) reads as a sentence");

    [Safeguard("Members of internal types are internal", SwitchedOff = "a public method in an internal class")]
    [Fact]
    public void A_member_of_an_internal_type_is_public_only_when_an_interface_or_a_base_class_asks_for_it()
        => Packages.Values.SelectMany(DialectTypes.NeedlesslyPublic).Distinct().ShouldBeNone("public says that code outside of the assembly may call it");

    [Safeguard("Classes of at most 300 lines", SwitchedOff = "a class of 310 lines in two partial files")]
    [Fact]
    public void A_class_has_at_most_300_lines_in_all_of_its_parts()
        => Packages.Values.SelectMany(DialectTypes.Sizes).Distinct().Where(type => type.Lines > MostLines)
            .Select(type => $"{type.Name} has {type.Lines} lines.")
            .ShouldBeNone($"a class does one thing; {MostLines} lines are enough for it");

    [Safeguard("The rules of the dialect find what they look for", SwitchedOff = "a lambda with a block is not excepted from the rule of arrows")]
    [Fact]
    public void Each_rule_finds_its_violation_and_nothing_else()
    {
        const string Source = """"
            class C(TimeProvider clock, ILogger<C> log, TimeProvider timeProvider)
            {
                int A() =>
                    1;
                int B() => 1 +
                    2;
                int D(int x) => x > 0 ?
                    1
                    : 2;
                void E()
                {
                    try { Log.Stopped(_logger); _logger.Started(); Call(x =>
                    {
                    }); }
                    catch (IOException e) when (e is A or
                        B) { }
                    var text = """
                        long
                        """;
                }
                string F() => x
                    ?? y + z;
            }
            """";
        var source = DialectSource.Read("C.cs", Source.Replace("long", new string('x', 170), StringComparison.Ordinal) + "\n// " + new string('y', 170));

        DialectRules.ArrowsAtTheEnd(source).Should().Equal("C.cs:3: => ends the line.");
        DialectRules.OperatorsAtTheEnd(source).Should().Equal("C.cs:5: + ends the line.", "C.cs:7: ? ends the line.", "C.cs:15: or ends the line.");
        DialectRules.LongLines(source).Should().Equal("C.cs:24: 173 columns.");
        DialectRules.Names(source).Should().Equal(
            "C.cs:1: TimeProvider clock is called timeProvider here.", "C.cs:1: ILogger<C> log is called logger here.",
            "C.cs:15: IOException e is called exception here.");
        DialectRules.CallsOfLog(source).Should().Equal("C.cs:12: Log.Stopped(…) is called as an extension of the logger.");
    }

    [Safeguard("Visibility and size are read from all parts of a type", SwitchedOff = "only the first part of a type counted; interfaces ignored")]
    [Fact]
    public void A_type_is_measured_with_all_of_its_parts()
    {
        var compilation = PackageCompilation.Compile("TechCorp.Resilience",
        [
            ("src/Shared/Ground.cs", "namespace TechCorp.Patterns.Shared; internal static class Ground;"),
            ("A.cs", "internal sealed partial class A : System.IDisposable\n{\n    public void Dispose() { }\n    public override string ToString() => \"\";\n "
                + "   public void Needless() { }\n}\n"),
            ("A.More.cs",
                "internal sealed partial class A\n{\n    internal void Fine() { }\n    public A() { }\n    public static bool operator !(A a) => "
                + "true;\n}\npublic sealed class B { public void Fine() { } }\n"),
        ]);

        DialectTypes.NeedlesslyPublic(compilation).Should().BeEquivalentTo("A.Needless", "A.A");
        DialectTypes.Sizes(compilation).Should().BeEquivalentTo([("Ground", 1), ("A", 12), ("B", 1)]);
    }
}
