using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>An attribute of a method in the sources, read from its syntax.</summary>
internal sealed class TestAttribute
{
    private readonly AttributeSyntax _syntax;
    private readonly MethodDeclarationSyntax _method;

    private TestAttribute(AttributeSyntax syntax, MethodDeclarationSyntax method) => (_syntax, _method) = (syntax, method);

    public string Class => _method.FirstAncestorOrSelf<TypeDeclarationSyntax>()?.Identifier.Text ?? "";

    public string Method => _method.Identifier.Text;

    public bool IsOnTest => AttributesOf(_method).Any(other => NameOf(other) is "Fact" or "Theory");

    public int Line => _syntax.GetLocation().GetLineSpan().StartLinePosition.Line + 1;

    /// <summary>The text of the first argument.</summary>
    public string First => Argument(named: null) ?? "";

    /// <summary>The attributes of that name, without "Attribute", in the text of a file.</summary>
    public static IEnumerable<TestAttribute> Read(string name, string text)
        => text.Contains($"{name}(", StringComparison.Ordinal)
            ? from method in CSharpSyntaxTree.ParseText(text).GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>()
              from attribute in AttributesOf(method)
              where NameOf(attribute) == name
              select new TestAttribute(attribute, method)
            : [];

    public string? Argument(string? named)
        => _syntax.ArgumentList?.Arguments.FirstOrDefault(argument => argument.NameEquals?.Name.Identifier.Text == named) is { } found
            ? Value(found.Expression)
            : null;

    private static IEnumerable<AttributeSyntax> AttributesOf(MethodDeclarationSyntax method) => method.AttributeLists.SelectMany(list => list.Attributes);

    private static string NameOf(AttributeSyntax attribute) => attribute.Name.ToString().Split('.')[^1];

    private static string Value(ExpressionSyntax expression) => expression switch
    {
        LiteralExpressionSyntax literal => literal.Token.ValueText,
        BinaryExpressionSyntax sum when sum.OperatorToken.IsKind(SyntaxKind.PlusToken) => Value(sum.Left) + Value(sum.Right),
        _ => throw new InvalidOperationException($"'{expression}' is not a text, nor a sum of texts."),
    };
}
