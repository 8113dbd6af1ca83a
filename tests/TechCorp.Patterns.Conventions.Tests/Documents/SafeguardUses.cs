using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The <c>[Safeguard]</c> attributes of the tests, read from their syntax.</summary>
internal static class SafeguardUses
{
    private const string Attribute = "Safeguard";

    public static IReadOnlyList<SafeguardUse> All { get; }
        = [.. Repository.Sources(".cs", "tests").SelectMany(file => Read(file.Path, file.Text))];

    public static IEnumerable<SafeguardUse> Read(string file, string text)
        => text.Contains($"{Attribute}(", StringComparison.Ordinal)
            ? from method in CSharpSyntaxTree.ParseText(text).GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>()
              from attribute in AttributesOf(method)
              where NameOf(attribute) == Attribute
              select Read(file, method, attribute)
            : [];

    private static SafeguardUse Read(string file, MethodDeclarationSyntax method, AttributeSyntax attribute)
        => new(
            Argument(attribute, named: null) ?? "",
            Argument(attribute, nameof(SafeguardAttribute.SwitchedOff)),
            Argument(attribute, nameof(SafeguardAttribute.Remark)),
            method.FirstAncestorOrSelf<TypeDeclarationSyntax>()?.Identifier.Text ?? "",
            method.Identifier.Text,
            AttributesOf(method).Any(other => NameOf(other) is "Fact" or "Theory"),
            file,
            attribute.GetLocation().GetLineSpan().StartLinePosition.Line + 1);

    private static IEnumerable<AttributeSyntax> AttributesOf(MethodDeclarationSyntax method) => method.AttributeLists.SelectMany(list => list.Attributes);

    private static string NameOf(AttributeSyntax attribute) => attribute.Name.ToString().Split('.')[^1];

    private static string? Argument(AttributeSyntax attribute, string? named)
        => attribute.ArgumentList?.Arguments.FirstOrDefault(argument => argument.NameEquals?.Name.Identifier.Text == named) is { } found
            ? Value(found.Expression)
            : null;

    private static string Value(ExpressionSyntax expression) => expression switch
    {
        LiteralExpressionSyntax literal => literal.Token.ValueText,
        BinaryExpressionSyntax sum when sum.OperatorToken.IsKind(SyntaxKind.PlusToken) => Value(sum.Left) + Value(sum.Right),
        _ => throw new InvalidOperationException($"'{expression}' is not a text, nor a sum of texts."),
    };
}
