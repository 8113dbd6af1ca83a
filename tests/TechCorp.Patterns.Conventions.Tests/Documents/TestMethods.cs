using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The test methods of the repository and the requirement ids that they carry, read from the sources.</summary>
internal static partial class TestMethods
{
    private static IReadOnlyList<RepositoryFile> Sources => Repository.Sources(".cs", "tests");

    public static IReadOnlySet<string> Names { get; }
        = Sources.SelectMany(file => PublicMethod().Matches(file.Text)).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);

    /// <summary>Class and method of each test.</summary>
    public static IReadOnlySet<string> FullNames { get; }
        = Sources.Where(file => file.Text.Contains("[Fact", StringComparison.Ordinal) || file.Text.Contains("[Theory", StringComparison.Ordinal))
            .SelectMany(file => CSharpSyntaxTree.ParseText(file.Text, new CSharpParseOptions(LanguageVersion.Preview)).GetRoot().DescendantNodes())
            .OfType<MethodDeclarationSyntax>()
            .Where(method => method.AttributeLists.SelectMany(list => list.Attributes).Any(attribute => attribute.Name.ToString() is "Fact" or "Theory"))
            .Where(method => method.Parent is ClassDeclarationSyntax)
            .Select(method => $"{((ClassDeclarationSyntax)method.Parent!).Identifier.Text}.{method.Identifier.Text}")
            .ToHashSet(StringComparer.Ordinal);

    /// <summary>Each with the file that carries it.</summary>
    public static IReadOnlyList<(string Id, string File)> SpecIds { get; }
        = [.. from file in Sources
              where file.Text.Contains("Trait(", StringComparison.Ordinal)
              from id in IdsIn(file.Text)
              select (id, file.Path)];

    [GeneratedRegex(@"public\s+(?:(?:static|async|virtual|override|new|sealed)\s+)*(?:void|(?:Value)?Task)\s+(\w+)\s*(?:<[^>]*>)?\s*\(")]
    private static partial Regex PublicMethod();

    // From the syntax: a trait in a comment, in a text or on a skipped test shows nothing.
    private static IEnumerable<string> IdsIn(string text)
        => from list in CSharpSyntaxTree.ParseText(text).GetRoot().DescendantNodes().OfType<MemberDeclarationSyntax>().Select(member => member.AttributeLists)
           let attributes = list.SelectMany(attributes => attributes.Attributes).ToList()
           where !attributes.Any(attribute => attribute.ArgumentList?.Arguments.Any(argument => argument.NameEquals?.Name.ToString() == "Skip") == true)
           from attribute in attributes
           where attribute.Name.ToString() == "Trait"
               && attribute.ArgumentList?.Arguments is [{ Expression: LiteralExpressionSyntax { Token.ValueText: "Spec" } }, _]
           select attribute.ArgumentList!.Arguments[1].ToString();
}
