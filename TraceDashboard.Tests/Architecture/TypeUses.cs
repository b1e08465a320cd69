using Mono.Cecil;

namespace TraceDashboard.Tests.Architecture;

/// <summary>Which types the types of an assembly speak of, in signatures, bodies and attributes. Nested types, lambdas included, count as the one that they are in.</summary>
internal static class TypeUses
{
    public static IEnumerable<(TypeDefinition From, TypeReference To)> Of(AssemblyDefinition assembly) =>
        from type in assembly.MainModule.GetTypes()
        from use in Of(type).SelectMany(Parts)
        select (Outermost(type), use);

    public static TypeDefinition Outermost(TypeDefinition type)
    {
        while (type.DeclaringType is { } outer)
            type = outer;
        return type;
    }

    /// <summary>The namespace that a type is in, also when it is nested.</summary>
    public static string NamespaceOf(TypeReference type)
    {
        while (type.DeclaringType is { } outer)
            type = outer;
        return type.Namespace;
    }

    private static IEnumerable<TypeReference?> Of(TypeDefinition type)
    {
        yield return type.BaseType;
        foreach (var use in type.Interfaces)
            yield return use.InterfaceType;
        foreach (var use in Attributes(type).Concat(Constraints(type)))
            yield return use;
        foreach (var field in type.Fields)
        {
            yield return field.FieldType;
            foreach (var use in Attributes(field))
                yield return use;
        }

        foreach (var use in type.Properties.SelectMany(Attributes))
            yield return use;
        foreach (var use in type.Methods.SelectMany(Of))
            yield return use;
    }

    private static IEnumerable<TypeReference?> Of(MethodDefinition method)
    {
        foreach (var use in Signature(method).Concat(Attributes(method)).Concat(Constraints(method)))
            yield return use;
        if (!method.HasBody)
            yield break;
        foreach (var variable in method.Body.Variables)
            yield return variable.VariableType;
        foreach (var handler in method.Body.ExceptionHandlers)
            yield return handler.CatchType;
        foreach (var use in method.Body.Instructions.SelectMany(i => OfOperand(i.Operand)))
            yield return use;
    }

    private static IEnumerable<TypeReference?> OfOperand(object? operand) => operand switch
    {
        TypeReference type => [type],
        FieldReference field => [field.DeclaringType, field.FieldType],
        MethodReference method => [method.DeclaringType, .. Signature(method), .. method is GenericInstanceMethod generic ? generic.GenericArguments : []],
        _ => [],
    };

    private static IEnumerable<TypeReference?> Signature(MethodReference method) => [method.ReturnType, .. method.Parameters.Select(p => p.ParameterType)];

    private static IEnumerable<TypeReference?> Constraints(IGenericParameterProvider provider) =>
        provider.GenericParameters.SelectMany(p => p.Constraints).Select(c => c.ConstraintType);

    private static IEnumerable<TypeReference?> Attributes(ICustomAttributeProvider provider) => provider.CustomAttributes.SelectMany(a =>
        a.ConstructorArguments.Select(x => x.Value).OfType<TypeReference>().Prepend(a.AttributeType));

    /// <summary>A generic type's arguments, an array's elements, and so on down.</summary>
    private static IEnumerable<TypeReference> Parts(TypeReference? type)
    {
        switch (type)
        {
            case null or GenericParameter:
                return [];
            case GenericInstanceType generic:
                return generic.GenericArguments.SelectMany(Parts).Append(generic.ElementType);
            case TypeSpecification specification:
                return Parts(specification.ElementType);
            default:
                return [type];
        }
    }
}
