using Microsoft.CodeAnalysis.CSharp;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>Folders are floors: a file names types of its floor or below.</summary>
public sealed class Floors
{
    private static readonly Dictionary<string, CSharpCompilation> Compilations
        = PackageFloors.All.ToDictionary(package => package.Package, package => PackageCompilation.Of(package.Package));

    private static readonly IReadOnlyList<(TypeUse Use, string Objection)> Objections
        = [.. PackageFloors.All.SelectMany(package => FloorRules.Objections(package, PackageCompilation.Uses(Compilations[package.Package])))];

    [Safeguard("Floors",
        SwitchedOff = "`Message` names a type of `RabbitMq`, `RelayRow` names `IServiceCollection`, `ServiceCollectionExtensions` of the outbox names Dapper")]
    [Fact]
    public void A_file_names_types_of_its_floor_or_below()
        => Objections.Where(found => !IsExempt(found.Use))
            .Select(found => $"{found.Use.File} names {found.Use.Name}, {found.Objection}.")
            .Distinct().Order(StringComparer.Ordinal)
            .ShouldBeNone("a floor may change without a review of the floors below");

    [Safeguard("Every folder is on a floor", SwitchedOff = "a folder removed from the floors")]
    [Fact]
    public void A_file_stands_in_a_folder_that_is_on_a_floor()
        => (from package in PackageFloors.All
            from file in Repository.Sources(".cs", package.Folder)
            where package.FloorOf(file.Path) is null
            select $"{file.Path} is in no folder of PackageFloors.")
            .ShouldBeNone("a file that is on no floor may name anything");

    [Safeguard("Sources are bound", SwitchedOff = "a field of a type that does not exist")]
    [Fact]
    public void Every_name_in_the_packages_is_bound()
        => Compilations.Values.SelectMany(PackageCompilation.Errors).Take(20)
            .ShouldBeNone("a name that is not bound breaks no rule");

    [Safeguard("Permanent exceptions of the floors stay few", SwitchedOff = "nine exceptions; one without a reason; one that is not needed")]
    [Fact]
    public void Permanent_exceptions_are_few_needed_and_have_a_reason()
    {
        FloorExemptions.Permanent.Should().HaveCountLessThanOrEqualTo(FloorExemptions.Most, "a rule with many exceptions is no rule");
        FloorExemptions.Permanent.Where(exemption => exemption.Reason.Length < 20).Select(exemption => $"{exemption.File}: {exemption.Type} has no reason.")
            .Concat(FloorExemptions.Permanent.Where(exemption => !IsNeeded(exemption.File, exemption.Type))
                .Select(exemption => $"{exemption.File}: {exemption.Type} is allowed; remove it from the list."))
            .ShouldBeNone("an exception is kept for a reason");
    }

    [Safeguard("The list of known violations shrinks", SwitchedOff = "a line for a file that keeps the floors")]
    [Fact]
    public void A_known_violation_is_removed_from_the_list_once_it_is_fixed()
        => (from line in FloorExemptions.KnownViolations
            from type in TypesOf(line)
            where !IsNeeded(FileOf(line), type)
            select $"{FileOf(line)} names {type} no longer, or may: remove it from FloorExemptions.KnownViolations.")
            .ShouldBeNone("the list only shrinks");

    [Safeguard("Names are bound to floors", SwitchedOff = "extension methods, or types of libraries, ignored")]
    [Fact]
    public void A_name_above_an_extension_above_a_library_and_a_host_are_found()
    {
        const string Package = "TechCorp.Messaging";
        var compilation = PackageCompilation.Compile(Package,
        [
            ("src/Shared/Ground.cs", "namespace TechCorp.Patterns.Shared; internal static class Ground;"),
            ("src/TechCorp.Messaging/Messages/Low.cs",
                "namespace N; internal sealed class Low { internal High? High; internal int X() => 1.Twice() + 1.Thrice(); Low? _self; }"),
            ("src/TechCorp.Messaging/Hosting/High.cs",
                "namespace N; internal sealed class High { internal Low? Low; Microsoft.Extensions.Hosting.IHostedService? _host; }"),
            ("src/TechCorp.Messaging/Publishing/Classic.cs", "namespace N; internal static class Classic { internal static int Twice(this int x) => x + x; }"),
            ("src/TechCorp.Messaging/Publishing/Modern.cs",
                "namespace N; internal static class Modern { extension(int x) { internal int Thrice() => 3 * x; } }"),
            ("src/TechCorp.Messaging/InMemory/Memory.cs", "namespace N; internal sealed class Memory { Rabbit? _rabbit; RabbitMQ.Client.IChannel? _channel; }"),
            ("src/TechCorp.Messaging/RabbitMq/Rabbit.cs",
                "namespace N; internal sealed class Rabbit { RabbitMQ.Client.IChannel? _channel; Microsoft.Extensions.Hosting.IHostedService? _host; }"),
        ]);

        PackageCompilation.Errors(compilation).ShouldBeNone("the example is C#");
        FloorRules.Objections(PackageFloors.All.Single(package => package.Package == Package), PackageCompilation.Uses(compilation))
            .Select(found => $"{Path.GetFileName(found.Use.File)} {found.Use.Name}")
            .Should().BeEquivalentTo("Low.cs High", "Low.cs Classic", "Low.cs Modern", "Memory.cs Rabbit", "Memory.cs IChannel", "Rabbit.cs IHostedService");
    }

    private static bool IsExempt(TypeUse use)
        => FloorExemptions.Permanent.Any(exemption => exemption.File == use.File && exemption.Type == use.Name)
            || FloorExemptions.KnownViolations.Any(line => FileOf(line) == use.File && TypesOf(line).Contains(use.Name));

    private static bool IsNeeded(string file, string type) => Objections.Any(found => found.Use.File == file && found.Use.Name == type);

    private static string FileOf(string line) => line.Split(": ")[0];

    private static string[] TypesOf(string line) => line.Split(": ")[1].Split(", ");
}
