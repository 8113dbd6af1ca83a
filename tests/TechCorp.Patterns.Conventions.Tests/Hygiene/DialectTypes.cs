using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The rules of the dialect for the types of a package, which may have parts in several files.</summary>
internal static class DialectTypes
{
    /// <summary>The classes, structs and records, each with the lines of all of its parts.</summary>
    public static IEnumerable<(string Name, int Lines)> Sizes(CSharpCompilation compilation)
        => from type in TypesOf(compilation.Assembly.GlobalNamespace)
           where type.ContainingType is null
           select (type.Name, type.DeclaringSyntaxReferences.Select(part => part.GetSyntax().GetLocation().GetLineSpan())
               .Sum(span => span.EndLinePosition.Line - span.StartLinePosition.Line + 1));

    /// <summary>Members that say <c>public</c> although their type is internal, and neither an interface nor a base class asks for it.</summary>
    public static IEnumerable<string> NeedlesslyPublic(CSharpCompilation compilation)
        => from type in TypesOf(compilation.Assembly.GlobalNamespace)
           where type.TypeKind is not (TypeKind.Interface or TypeKind.Enum) && !IsPublic(type)
           from member in type.GetMembers()
           where SaysPublic(member) && !IsAskedFor(member)
           select $"{type.Name}.{(member.Name == ".ctor" ? type.Name : member.Name)}";

    private static IEnumerable<INamedTypeSymbol> TypesOf(INamespaceOrTypeSymbol container)
        => container.GetMembers().SelectMany(member => member switch
        {
            INamespaceSymbol inner => TypesOf(inner),
            INamedTypeSymbol type => TypesOf(type).Prepend(type),
            _ => [],
        });

    private static bool IsPublic(INamedTypeSymbol type)
        => type.DeclaredAccessibility is Accessibility.Public or Accessibility.Protected && (type.ContainingType is null || IsPublic(type.ContainingType));

    private static bool SaysPublic(ISymbol member)
        => member is not INamedTypeSymbol && member.DeclaringSyntaxReferences.Select(reference => Declaration(reference.GetSyntax()))
            .Any(declaration => declaration is not null && declaration.Modifiers.Any(SyntaxKind.PublicKeyword) && declaration is not TypeDeclarationSyntax);

    private static MemberDeclarationSyntax? Declaration(SyntaxNode node)
        => node is AccessorDeclarationSyntax ? null : node.FirstAncestorOrSelf<MemberDeclarationSyntax>();

    private static bool IsAskedFor(ISymbol member)
        => member.IsOverride
            || member is IMethodSymbol { MethodKind: MethodKind.UserDefinedOperator or MethodKind.Conversion }
            || member.ContainingType.AllInterfaces.SelectMany(asked => asked.GetMembers())
                .Any(asked => SymbolEqualityComparer.Default.Equals(member.ContainingType.FindImplementationForInterfaceMember(asked), member));
}
