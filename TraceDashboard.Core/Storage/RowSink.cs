namespace TraceDashboard.Core.Storage;

/// <summary>Takes the values of a row in the order of its table's columns.</summary>
internal abstract class RowSink
{
    public abstract void Int16(short? value);

    public abstract void Int32(int? value);

    public abstract void Int64(long? value);

    public abstract void Text(string? value);

    /// <summary>Text that is UTF-8 already.</summary>
    public abstract void Utf8(byte[]? value);

    public abstract void Boolean(bool? value);

    public abstract void Blob(byte[]? value);

    public abstract void Double(double? value);
}
