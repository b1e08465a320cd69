using System.Text;
using Microsoft.EntityFrameworkCore;

namespace TraceDashboard.Core.Storage;

internal static class SnakeCaseNames
{
    /// <summary>Names every column <c>like_this</c>, because hand-written SQL on PostgreSQL would have to quote anything else.</summary>
    public static void UseSnakeCaseNames(this ModelBuilder model)
    {
        foreach (var entity in model.Model.GetEntityTypes())
        {
            foreach (var property in entity.GetProperties())
                property.SetColumnName(ToSnakeCase(property.Name));
        }
    }

    internal static string ToSnakeCase(string name)
    {
        var text = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            var wordStart = char.IsUpper(name[i]) || (char.IsDigit(name[i]) && !char.IsDigit(name[i - 1]));
            if (i > 0 && wordStart)
                text.Append('_');
            text.Append(char.ToLowerInvariant(name[i]));
        }

        return text.ToString();
    }
}
