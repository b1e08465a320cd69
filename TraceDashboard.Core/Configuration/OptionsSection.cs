using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace TraceDashboard.Core.Configuration;

/// <summary>Binds property by property, so that one bad value does not hide the next.</summary>
internal sealed class OptionsSection<T>(IConfiguration configuration, string section, Func<T, IEnumerable<string>>? check)
    : IConfigureOptions<T>, IValidateOptions<T>
    where T : class
{
    private static readonly PropertyInfo[] Properties = [.. typeof(T).GetProperties().Where(p => p.SetMethod?.IsPublic == true)];

    public void Configure(T options)
    {
        foreach (var property in Properties)
        {
            if (TryRead(property, out var value, out _) && value is not null)
                property.SetValue(options, value);
        }
    }

    public ValidateOptionsResult Validate(string? name, T options)
    {
        var errors = new List<string>();
        foreach (var key in configuration.GetSection(section).GetChildren().Select(c => c.Key))
        {
            if (!Properties.Any(p => p.Name.Equals(key, StringComparison.OrdinalIgnoreCase)))
                errors.Add($"{section}:{key} is not a setting. {section} has: {string.Join(", ", Properties.Select(p => p.Name).Order(StringComparer.Ordinal))}.");
        }

        foreach (var property in Properties)
        {
            var key = $"{section}:{property.Name}";
            if (!TryRead(property, out _, out var text))
            {
                errors.Add($"{key} is '{text}', which is not {Describe(property.PropertyType)}.");
                continue;
            }

            var value = property.GetValue(options);
            foreach (var attribute in property.GetCustomAttributes<ValidationAttribute>())
            {
                if (!attribute.IsValid(value))
                    errors.Add(Describe(attribute, key, value));
            }
        }

        if (check is not null)
            errors.AddRange(check(options));
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static string Describe(ValidationAttribute attribute, string key, object? value) => attribute switch
    {
        RangeAttribute range => string.Create(CultureInfo.InvariantCulture, $"{key} is {value}; it must be between {range.Minimum} and {range.Maximum}."),
        RequiredAttribute => $"{key} is not set; it must have a value.",
        _ => attribute.FormatErrorMessage(key),
    };

    private static string Describe(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type switch
        {
            { IsEnum: true } => $"one of {string.Join(", ", Enum.GetNames(type))}",
            _ when type == typeof(bool) => "true or false",
            _ when type == typeof(TimeSpan) => "a time such as 00:00:30 (hours:minutes:seconds)",
            _ when type == typeof(int) || type == typeof(long) || type == typeof(short) => "a whole number in range",
            _ when type == typeof(decimal) || type == typeof(double) => "a number",
            _ => $"a {type.Name}",
        };
    }

    private bool TryRead(PropertyInfo property, out object? value, out string? text)
    {
        var entry = configuration.GetSection($"{section}:{property.Name}");
        text = entry.Value;
        value = null;
        try
        {
            value = entry.Exists() ? entry.Get(property.PropertyType) : null;
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
