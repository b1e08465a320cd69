namespace TraceDashboard.Core.Merge;

/// <summary>Takes out of streamed output what a project does not want to keep, see <see cref="IngestBatch.Redactor"/>.</summary>
internal interface IPieceRedactor
{
    /// <summary>
    /// Pieces of one text without a gap, as it was streamed: what lies across their borders is found too. A match that was taken out of some of them
    /// before the others were known takes along what it goes on with.
    /// </summary>
    /// <returns>Whether a piece has changed.</returns>
    bool ApplyToPieces(Span<string> pieces);
}
