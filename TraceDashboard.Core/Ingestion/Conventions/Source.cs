using System.Text;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>An attribute that may say what a field is.</summary>
/// <param name="Key">The attribute's name, or its beginning. A name may serve several fields.</param>
/// <param name="Rank">Of several that are present and not empty, the one with the lowest rank counts. Ranks of all dialects are of one order.</param>
internal sealed record Source(string Key, Field Field, byte Rank, SourceForm Form = SourceForm.Whole)
{
    public byte[] Utf8 { get; } = Encoding.UTF8.GetBytes(Key);

    public bool IsBeginning => Form is SourceForm.Indexed or SourceForm.Group;

    /// <summary>Whether a key continues the beginning as its form demands.</summary>
    public bool Begins(ReadOnlySpan<byte> key) =>
        key.Length > Utf8.Length && key.StartsWith(Utf8) && (Form != SourceForm.Indexed || key[Utf8.Length] is >= (byte)'0' and <= (byte)'9');
}
