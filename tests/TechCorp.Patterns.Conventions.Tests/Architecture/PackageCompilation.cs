using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The sources of a package, bound to the assemblies of this test run.</summary>
internal static class PackageCompilation
{
    // A type, a namespace, a name, a member or an assembly that is not found. What source generators write is missing in other ways.
    private static readonly HashSet<string> NotFound = ["CS0012", "CS0103", "CS0234", "CS0246", "CS0400", "CS1061"];

    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Preview);

    // The packages stand on each other, so those above are no references of those below.
    private static readonly string[] Packages =
        ["TechCorp.Resilience", "TechCorp.Messaging", "TechCorp.Outbox", "TechCorp.Resilience.Http", "TechCorp.Resilience.AspNetCore"];

    private static readonly string[] ImplicitUsings =
        ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks"];

    public static CSharpCompilation Of(string package)
        => Compile(package, Repository.Sources(".cs", $"src/{package}", PackageFloors.Shared).Select(file => (file.Path, file.Text)));

    public static CSharpCompilation Compile(string package, IEnumerable<(string Path, string Text)> sources)
        => CSharpCompilation.Create(
            package,
            sources.Append((Path: "", Text: GlobalUsings(package))).Select(source => CSharpSyntaxTree.ParseText(source.Text, ParseOptions, source.Path)),
            References(package),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable,
                metadataImportOptions: MetadataImportOptions.Internal));

    /// <summary>Names in usings and in signatures that are not found. To bind every body for it would take as long as a build.</summary>
    public static IEnumerable<string> Errors(CSharpCompilation compilation)
        => compilation.GetDeclarationDiagnostics()
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error && NotFound.Contains(diagnostic.Id))
            .Select(diagnostic => diagnostic.ToString());

    /// <summary>Each type that each file names outside of comments, once.</summary>
    public static IReadOnlyList<TypeUse> Uses(CSharpCompilation compilation)
        => [.. compilation.SyntaxTrees.Where(tree => tree.FilePath.Length > 0)
            .SelectMany(tree => Uses(tree.FilePath, tree.GetRoot(), compilation.GetSemanticModel(tree)))];

    private static IEnumerable<TypeUse> Uses(string file, SyntaxNode root, SemanticModel model)
        => root.DescendantNodes().OfType<SimpleNameSyntax>()
            .Where(name => !name.IsVar)
            .Select(name => TypeNamedBy(model, name))
            .OfType<INamedTypeSymbol>()
            .Select(Outermost)
            .Distinct<INamedTypeSymbol>(SymbolEqualityComparer.Default)
            .Select(type => new TypeUse(file, type, DeclaringFile(type, file)))
            .Where(use => use.DeclaredIn != file);

    private static INamedTypeSymbol? TypeNamedBy(SemanticModel model, SimpleNameSyntax name)
    {
        var info = model.GetSymbolInfo(name);
        var symbol = info.Symbol ?? info.CandidateSymbols.FirstOrDefault();
        return symbol switch
        {
            INamedTypeSymbol type => type,
            IMethodSymbol { ReducedFrom: not null } or IMethodSymbol { MethodKind: MethodKind.Constructor } => symbol.ContainingType,
            { ContainingType: { IsExtension: true } block } => block,
            _ => null,
        };
    }

    private static INamedTypeSymbol Outermost(INamedTypeSymbol type)
    {
        type = type.OriginalDefinition;
        return type.ContainingType is { } outer ? Outermost(outer) : type;
    }

    // A partial type that is declared here too is one's own.
    private static string? DeclaringFile(INamedTypeSymbol type, string user)
    {
        var files = type.DeclaringSyntaxReferences.Select(declaration => declaration.SyntaxTree.FilePath).Order(StringComparer.Ordinal).ToList();
        return files.Contains(user) ? user : files.FirstOrDefault();
    }

    // Those of the SDK, and those of the project and of the files in eng that it may import.
    private static string GlobalUsings(string package)
    {
        var projects = Repository.Files.Where(file => file.Path == $"src/{package}/{package}.csproj"
            || file.Path is "eng/Library.targets" or "eng/Shared.targets");
        var names = projects.SelectMany(file => XDocument.Parse(file.Text).Descendants("Using")).Select(element => element.Attribute("Include")!.Value);
        return string.Join('\n', ImplicitUsings.Concat(names).Distinct().Select(name => $"global using {name};"));
    }

    private static IEnumerable<MetadataReference> References(string package)
        => ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).StartsWith("TechCorp.Patterns.", StringComparison.Ordinal)
                && !path.EndsWith(".Tests.dll", StringComparison.Ordinal))
            .Where(path => Array.IndexOf(Packages, Path.GetFileNameWithoutExtension(path)) is var at && at < Array.IndexOf(Packages, package))
            .Select(path => MetadataReference.CreateFromFile(path));
}
