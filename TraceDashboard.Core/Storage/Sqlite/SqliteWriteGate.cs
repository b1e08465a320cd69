namespace TraceDashboard.Core.Storage.Sqlite;

/// <summary>
/// SQLite has one writer at a time. Waiting for it here, in order and without blocking a thread, is cheaper and fairer
/// than SQLite's own busy handler, which sleeps.
/// </summary>
public sealed class SqliteWriteGate : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);

    /// <summary>To be taken before <c>BEGIN</c>; dispose what it returns after the commit.</summary>
    public async ValueTask<Turn> EnterAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        return new Turn(_gate);
    }

    public void Dispose() => _gate.Dispose();

    public readonly struct Turn(SemaphoreSlim gate) : IDisposable, IEquatable<Turn>
    {
        private readonly SemaphoreSlim _gate = gate;

        public void Dispose() => _gate.Release();

        public bool Equals(Turn other) => _gate == other._gate;

        public override bool Equals(object? obj) => obj is Turn other && Equals(other);

        public override int GetHashCode() => _gate.GetHashCode();

        public static bool operator ==(Turn left, Turn right) => left.Equals(right);

        public static bool operator !=(Turn left, Turn right) => !left.Equals(right);
    }
}
